{{/* Whether there are Jobs beside the program itself. A program without endpoint and without a database to make has nothing to deploy. */}}
{{- define "subscriber.deploys" -}}
{{- if and .Values.deploy.enabled (or (include "subscriber.endpoint" .) (include "subscriber.makesSecret" .)) }}yes{{ end -}}
{{- end }}

{{/* What was deployed can be removed; a program without endpoint has its database only. */}}
{{- define "subscriber.removes" -}}
{{- $has := or (include "subscriber.endpoint" .) (include "subscriber.makesSecret" .) -}}
{{- $asked := include "subscriber.isOn" (list .Values.uninstall.removeTopics (.Values.global.uninstall).removeTopics true) -}}
{{- if and $has $asked }}yes{{ end -}}
{{- end }}

{{/*
The image that the release had before this change, and by which all its hooks came through. After a failed upgrade the new one may
be nowhere, and a removal that waits for it would remove nothing. At a first installation, and where charts are only rendered
(helm template, Argo CD), there is no looking up.
*/}}
{{- define "subscriber.removalImage" -}}
{{- $account := lookup "v1" "ServiceAccount" .Release.Namespace (include "subscriber.fullname" .) -}}
{{- dig "metadata" "annotations" "petrel/image" "" $account | default (include "subscriber.image" .) -}}
{{- end }}

{{/* When the Jobs run that need what hooks have copies of. */}}
{{- define "subscriber.hookEvents" -}}
{{- $events := list -}}
{{- if include "subscriber.deploys" . }}{{ $events = list "pre-install" "pre-upgrade" }}{{ end -}}
{{- if include "subscriber.removes" . }}{{ $events = append $events "post-delete" }}{{ end -}}
{{- join "," $events -}}
{{- end }}

{{/* Of what a hook Job needs: it is there before the Job, and gone when all hooks of the event are through, or one has failed. */}}
{{- define "subscriber.hookCopy" -}}
helm.sh/hook: {{ include "subscriber.hookEvents" . }}
helm.sh/hook-weight: "-100"
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{/* A Job that runs an image with another command, called with (dict "root" . "image" … "command" (list …) "timeoutSeconds" …). */}}
{{- define "subscriber.hookJobSpec" -}}
{{- $root := set (mustMergeOverwrite dict .root) "deploys" true -}}
# A second try, for a broker that is just starting. More would only hide the reason.
backoffLimit: 1
activeDeadlineSeconds: {{ .timeoutSeconds }}
# One that failed stays for whoever looks for the reason; an uninstall would not take it along.
ttlSecondsAfterFinished: 86400
template:
  metadata:
    labels:
      {{- include "subscriber.podLabels" (list $root "deploy") | nindent 6 }}
  spec:
    serviceAccountName: {{ include "subscriber.fullname" $root }}-deploy
    {{- include "subscriber.podSettings" $root | trim | nindent 4 }}
    restartPolicy: Never
    containers:
      - name: deploy
        image: {{ .image | quote }}
        {{- include "subscriber.containerLimits" $root | nindent 8 }}
        command:
          {{- toYaml .command | nindent 10 }}
        {{- with .args }}
        args:
          {{- toYaml . | nindent 10 }}
        {{- end }}
        env:
          {{- include "subscriber.deployEnvironment" $root | trim | nindent 10 }}
        volumeMounts:
          - name: tmp
            mountPath: /tmp
          {{- include "subscriber.connectionsMount" $root | nindent 10 }}
    volumes:
      - name: tmp
        emptyDir: {}
      {{- include "subscriber.connectionsVolume" $root | nindent 6 }}
{{- end }}
