{{/* What every container finds in its environment, called with (list . <name of the database's Secret>). */}}
{{- define "subscriber.environment" -}}
{{- $root := index . 0 }}
{{- $values := $root.Values }}
{{- if include "subscriber.usesKafka" $root }}
- name: KAFKA_BROKERS
  value: {{ include "subscriber.brokers" $root | quote }}
{{- if include "subscriber.usesRegistry" $root }}
- name: SCHEMA_REGISTRY_URL
  value: {{ include "subscriber.registryUrl" $root | quote }}
{{- end }}
- name: TOPIC_PREFIX
  value: {{ include "subscriber.prefix" $root | quote }}
{{- with include "subscriber.faultTopic" $root }}
- name: FAULT_TOPIC
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- if $values.database.enabled }}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ index . 1 }}
      key: {{ $values.database.key }}
- name: DATABASE_POOL
  value: {{ $values.database.pool | quote }}
{{- end }}
{{- include "subscriber.connectionsEnvironment" $root }}
- name: LOG_LEVEL
  value: {{ $values.logLevel }}
{{- range $name, $value := $values.env }}
- name: {{ $name }}
  value: {{ tpl (toString $value) $root | quote }}
{{- end }}
{{- range $name, $from := $values.envFromSecret }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $from.name }}
      key: {{ $from.key }}
{{- end }}
{{- end }}

{{/* Where spans go; nothing where nothing is traced. */}}
{{- define "subscriber.collector" -}}
{{- .Values.tracing.endpoint | default ((.Values.global).tracing).endpoint -}}
{{- end }}

{{- define "subscriber.traceRatio" -}}
{{- ternary ((.Values.global).tracing).ratio .Values.tracing.ratio (kindIs "invalid" .Values.tracing.ratio) -}}
{{- end }}

{{/* The environment of what runs for ever. */}}
{{- define "subscriber.runtimeEnvironment" -}}
{{- include "subscriber.environment" (list . (include "subscriber.databaseSecret" (list . "database"))) }}
{{- if .Values.ops.port }}
- name: OPS_PORT
  value: {{ .Values.ops.port | quote }}
{{- end }}
{{- with include "subscriber.collector" . }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
- name: OTEL_TRACES_SAMPLER
  value: parentbased_traceidratio
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ include "subscriber.traceRatio" $ | quote }}
{{- end }}
{{- if include "subscriber.endpoint" . }}
- name: FAULT_FILE
  value: /etc/petrel/faults/fault
{{- end }}
{{- end }}

{{/* The environment of the Jobs before an install and after an uninstall. */}}
{{- define "subscriber.deployEnvironment" -}}
{{- include "subscriber.environment" (list . (include "subscriber.databaseSecret" (list . "deploy"))) }}
{{- if and .Values.database.enabled (include "subscriber.adminSecret" .) }}
- name: DATABASE_ADMIN_URL
  valueFrom:
    secretKeyRef:
      name: {{ include "subscriber.adminSecret" . }}
      key: {{ include "subscriber.adminSecretKey" . }}
{{- end }}
{{- end }}

{{/* What all pods have in common: pod security "restricted", and nothing of the cluster that they do not need. */}}
{{- define "subscriber.podSettings" -}}
{{- with concat .Values.imagePullSecrets .Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
automountServiceAccountToken: false
# Otherwise a Service called client-ui would set CLIENT_UI_PORT to tcp://10.0.0.1:8080 in every pod of the namespace.
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* What all containers of the image have in common. */}}
{{- define "subscriber.containerSettings" -}}
image: {{ include "subscriber.image" . | quote }}
{{ include "subscriber.containerLimits" . }}
{{- end }}

{{/* The same, of whichever image. */}}
{{- define "subscriber.containerLimits" -}}
imagePullPolicy: {{ .Values.image.pullPolicy }}
# What a container said last is in its status, and so in what helm and kubectl show of it.
terminationMessagePolicy: FallbackToLogsOnError
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
resources:
  {{- toYaml .Values.resources | nindent 2 }}
{{- end }}

{{/* The container that does the work, in a Deployment and in a Job. */}}
{{- define "subscriber.worker" -}}
name: {{ include "subscriber.name" . }}
{{ include "subscriber.containerSettings" . }}
{{- with .Values.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.args }}
args:
  {{- toYaml . | nindent 2 }}
{{- end }}
# Not in a ConfigMap: a pod of the old version that starts again during a rollout must find its old settings.
env:
  {{- include "subscriber.runtimeEnvironment" . | trim | nindent 2 }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
  {{- if include "subscriber.endpoint" . }}
  # The folder and not the file, which would stay as it was when the pod began.
  - name: faults
    mountPath: /etc/petrel/faults
    readOnly: true
  {{- end }}
  {{- include "subscriber.connectionsMount" . | nindent 2 }}
{{- end }}

{{- define "subscriber.workerVolumes" -}}
- name: tmp
  emptyDir: {}
{{- if include "subscriber.endpoint" . }}
- name: faults
  configMap:
    name: {{ include "subscriber.fullname" . }}-faults
{{- end }}
{{- include "subscriber.connectionsVolume" . }}
{{- end }}

{{/* Where a path of the ops pages is asked, called with (list . path). */}}
{{- define "subscriber.probe" -}}
{{- $ops := (index . 0).Values.ops -}}
httpGet:
  path: {{ index . 1 }}
  port: {{ ternary "ops" "http" (gt (int $ops.port) 0) }}
{{- end }}
