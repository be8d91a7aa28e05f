{{/* How a container that runs for ever is asked, and how it goes. */}}
{{- define "subscriber.listening" -}}
{{- $ops := .Values.ops -}}
ports:
  {{- if $ops.port }}
  - name: ops
    containerPort: {{ $ops.port }}
  {{- end }}
  {{- range $name, $port := .Values.ports }}
  - name: {{ $name }}
    containerPort: {{ $port }}
  {{- end }}
# Alive, not ready: a process that waits for its broker is alive, and a restart would not bring the broker back.
startupProbe:
  {{- include "subscriber.probe" (list . $ops.live) | nindent 2 }}
  periodSeconds: 1
  timeoutSeconds: 2
  failureThreshold: 120
readinessProbe:
  httpGet:
    path: {{ $ops.ready }}
    port: {{ $ops.readyPort | default (ternary "ops" "http" (gt (int $ops.port) 0)) }}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
# Patient: a process that has to share its CPU may be late with an answer.
livenessProbe:
  {{- include "subscriber.probe" (list . $ops.live) | nindent 2 }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
{{- if .Values.ports }}
# Others learn that it goes at the same moment as it does, and some a little later: until then it still answers them.
lifecycle:
  preStop:
    sleep:
      seconds: 5
{{- end }}
{{- end }}

{{- define "subscriber.podAnnotations" -}}
annotations:
  kubectl.kubernetes.io/default-container: {{ include "subscriber.name" . }}
  {{- if include "subscriber.makesSecret" . }}
  # Where the database is is in a Secret, and pods do not see that it changes. The faults have no such line: they take effect at once.
  checksum/database: {{ include "subscriber.databaseUrl" . | sha256sum | trunc 16 }}
  {{- end }}
  {{- if and .Values.ops.port (not .Values.runOnce) (not (include "subscriber.isMonitored" .)) }}
  prometheus.io/scrape: "true"
  prometheus.io/port: {{ .Values.ops.port | quote }}
  prometheus.io/path: /metrics
  {{- end }}
  {{- with .Values.podAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
