{{- define "subscriber.databaseName" -}}
{{- $name := include "subscriber.endpoint" . | default (include "subscriber.name" .) -}}
{{- .Values.database.name | default (printf "%s%s" (include "subscriber.prefix" .) $name | replace "-" "_" | replace "." "_") -}}
{{- end }}

{{- define "subscriber.databaseHost" -}}
{{- .Values.database.host | default .Values.global.database.host -}}
{{- end }}

{{- define "subscriber.databasePort" -}}
{{- .Values.database.port | default .Values.global.database.port | default 5432 | int -}}
{{- end }}

{{/*
Whose password is in a Secret of somebody's own may be used by others, too: the release's own administrator does not change it
unasked.
*/}}
{{- define "subscriber.adminSecret" -}}
{{- $ofAll := ternary "" .Values.global.database.adminSecret.name (ne .Values.database.existingSecret "") -}}
{{- .Values.database.adminSecret.name | default $ofAll -}}
{{- end }}

{{- define "subscriber.adminSecretKey" -}}
{{- .Values.database.adminSecret.key | default .Values.global.database.adminSecret.key | default "DATABASE_ADMIN_URL" -}}
{{- end }}

{{/* Whether the chart itself makes the Secret with the database's URL. */}}
{{- define "subscriber.makesSecret" -}}
{{- if and .Values.database.enabled (not .Values.database.existingSecret) }}yes{{ end -}}
{{- end }}

{{/* The Secret for pods, or, called with (list . "deploy"), the copy that hooks have. */}}
{{- define "subscriber.databaseSecret" -}}
{{- $root := index . 0 -}}
{{- $root.Values.database.existingSecret | default (printf "%s-%s" (include "subscriber.fullname" $root) (index . 1)) -}}
{{- end }}

{{/*
The password that the made Secret has already, or else a new one. Drawn once and kept with the values: the Secret, the copy that
hooks have and the checksum are in different files. Where charts are only rendered (helm template, Argo CD) there is no looking
up, and each time it is another one: set database.existingSecret there.
*/}}
{{- define "subscriber.databasePassword" -}}
{{- if not (hasKey .Values.database "drawnPassword") -}}
{{- $secret := lookup "v1" "Secret" .Release.Namespace (printf "%s-database" (include "subscriber.fullname" .)) -}}
{{- $kept := dig "data" "password" "" $secret | b64dec -}}
{{- $_ := set .Values.database "drawnPassword" ($kept | default (randAlphaNum 32)) -}}
{{- end -}}
{{- .Values.database.drawnPassword -}}
{{- end }}

{{/* What may not stand in a URL is encoded, also in a password that somebody has chosen. Go would write + for a blank. */}}
{{- define "subscriber.databaseUrl" -}}
{{- $name := include "subscriber.databaseName" . | urlquery | replace "+" "%20" -}}
{{- $password := include "subscriber.databasePassword" . | urlquery | replace "+" "%20" -}}
postgresql://{{ $name }}:{{ $password }}@{{ include "subscriber.databaseHost" . }}:{{ include "subscriber.databasePort" . }}/{{ $name }}
{{- end }}

{{- define "subscriber.databaseSecretData" -}}
type: Opaque
stringData:
  {{ .Values.database.key }}: {{ include "subscriber.databaseUrl" . | quote }}
  password: {{ include "subscriber.databasePassword" . | quote }}
{{- end }}
