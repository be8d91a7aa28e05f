{{/*
How it connects: variables of docs/guides/connections.md, those of all programs as far as it connects there, and its own; with
`deploys` in the context, those of who deploys instead. As JSON, since a template gives text.
*/}}
{{- define "subscriber.connections" -}}
{{- $all := dict -}}
{{- range $name, $from := (.Values.global).connections -}}
{{- $kafka := and (hasPrefix "KAFKA_" $name) (include "subscriber.usesKafka" $) -}}
{{- $registry := and (hasPrefix "SCHEMA_REGISTRY_" $name) (include "subscriber.usesRegistry" $) -}}
{{- $database := and (hasPrefix "DATABASE_" $name) $.Values.database.enabled -}}
{{- if or $kafka $registry $database -}}{{- $_ := set $all $name $from -}}{{- end -}}
{{- end -}}
{{- range $name, $from := .Values.connections -}}{{- $_ := set $all $name $from -}}{{- end -}}
{{- if .deploys -}}
{{- range $name, $from := ((.Values.global).deploy).connections -}}
{{- if hasKey $all $name -}}{{- $_ := set $all $name $from -}}{{- end -}}
{{- end -}}
{{- range $name, $from := .Values.deploy.connections -}}{{- $_ := set $all $name $from -}}{{- end -}}
{{- end -}}
{{- range $name, $from := $all -}}
{{- if not (kindIs "map" $from) -}}{{- $_ := set $all $name (tpl (toString $from) $) -}}{{- end -}}
{{- end -}}
{{- toJson $all -}}
{{- end }}

{{- define "subscriber.connectionsFolder" -}}/etc/petrel/connections{{- end }}

{{/* Texts of Secrets come as files: they are read again when they change, and no listing of variables shows them. */}}
{{- define "subscriber.connectionsEnvironment" -}}
{{- range $name, $from := include "subscriber.connections" . | fromJson }}
{{- if kindIs "map" $from }}
- name: {{ $name }}_FILE
  value: {{ include "subscriber.connectionsFolder" $ }}/{{ $name }}
{{- else }}
- name: {{ $name }}
  value: {{ $from | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* The Secrets that are mounted, as sources of one volume; nothing where there are none. */}}
{{- define "subscriber.connectionsSources" -}}
{{- range $name, $from := include "subscriber.connections" . | fromJson }}
{{- if kindIs "map" $from }}
- secret:
    name: {{ $from.secret }}
    items:
      - key: {{ $from.key }}
        path: {{ $name }}
{{- end }}
{{- end }}
{{- end }}

{{- define "subscriber.connectionsMount" -}}
{{- if include "subscriber.connectionsSources" . }}
# The folder and not its files, which would stay as they were when the pod began.
- name: connections
  mountPath: {{ include "subscriber.connectionsFolder" . }}
  readOnly: true
{{- end }}
{{- end }}

{{- define "subscriber.connectionsVolume" -}}
{{- with include "subscriber.connectionsSources" . }}
- name: connections
  projected:
    # 0440: the group is that of the pod (fsGroup).
    defaultMode: 288
    sources:
      {{- . | trim | nindent 6 }}
{{- end }}
{{- end }}

{{/* What KEDA calls the same. https://keda.sh/docs/latest/scalers/apache-kafka/ */}}
{{- define "subscriber.scalerMechanism" -}}
{{- $known := dict "PLAIN" "plaintext" "SCRAM-SHA-256" "scram_sha256" "SCRAM-SHA-512" "scram_sha512" "OAUTHBEARER" "oauthbearer" -}}
{{- get $known (upper (get (include "subscriber.connections" . | fromJson) "KAFKA_SASL_MECHANISM")) | default "none" -}}
{{- end }}

{{- define "subscriber.scalerProtocol" -}}
{{- get (include "subscriber.connections" . | fromJson) "KAFKA_SECURITY_PROTOCOL" | default "PLAINTEXT" | upper -}}
{{- end }}

{{/* KEDA's parameter for each of our variables. */}}
{{- define "subscriber.scalerParameters" -}}
{{- $parameters := dict "KAFKA_SASL_USERNAME" "username" "KAFKA_SASL_PASSWORD" "password" "KAFKA_SSL_CA" "ca" "KAFKA_SSL_CERT" "cert" "KAFKA_SSL_KEY" "key" "KAFKA_SSL_KEY_PASSWORD" "keyPassword" "KAFKA_SASL_OAUTHBEARER_CLIENT_ID" "username" "KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET" "password" "KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL" "oauthTokenEndpointUri" "KAFKA_SASL_OAUTHBEARER_SCOPE" "scopes" -}}
{{- toJson $parameters -}}
{{- end }}

{{/* Where KEDA finds what it shows to the brokers; nothing where it needs nothing. */}}
{{- define "subscriber.scalerSecrets" -}}
{{- $parameters := include "subscriber.scalerParameters" . | fromJson }}
{{- range $name, $from := include "subscriber.connections" . | fromJson }}
{{- with get $parameters $name }}
- parameter: {{ . }}
  {{- if kindIs "map" $from }}
  name: {{ $from.secret }}
  key: {{ $from.key }}
  {{- else }}
  name: {{ include "subscriber.fullname" $ }}-scaler
  key: {{ $name }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Of these, what is in no Secret yet. */}}
{{- define "subscriber.scalerTexts" -}}
{{- $parameters := include "subscriber.scalerParameters" . | fromJson }}
{{- range $name, $from := include "subscriber.connections" . | fromJson }}
{{- if and (hasKey $parameters $name) (not (kindIs "map" $from)) }}
{{ $name }}: {{ $from | quote }}
{{- end }}
{{- end }}
{{- end }}
