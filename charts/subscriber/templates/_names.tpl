{{/* Who it is: the label app.kubernetes.io/name, by which network policies name it. */}}
{{- define "subscriber.name" -}}
{{- $alone := (.Values.endpoint).name | default .Release.Name -}}
{{- .Values.nameOverride | default (ternary $alone .Chart.Name .Chart.IsRoot) -}}
{{- end }}

{{/* What its resources are called. In another chart always <release>-<name>, so that others find it by that. */}}
{{- define "subscriber.fullname" -}}
{{- if .Chart.IsRoot }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ include "subscriber.name" . }}{{ end -}}
{{- end }}

{{/* What selects its pods of one kind, called with (list . "endpoint"): hook Jobs must not answer the Service. */}}
{{- define "subscriber.selectorLabels" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "subscriber.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* Of a pod, called with (list . component). Without the chart's version: another one must not restart what stays the same. */}}
{{- define "subscriber.podLabels" -}}
{{- include "subscriber.selectorLabels" . }}
app.kubernetes.io/version: {{ include "subscriber.tag" (index . 0) | trunc 63 | quote }}
app.kubernetes.io/part-of: {{ (index . 0).Release.Name }}
{{- end }}

{{/* Of everything else. */}}
{{- define "subscriber.labels" -}}
{{- include "subscriber.podLabels" . }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: subscriber-{{ (index . 0).Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "subscriber.tag" -}}
{{- .Values.image.tag | default .Values.global.image.tag | default .Chart.AppVersion -}}
{{- end }}

{{- define "subscriber.image" -}}
{{- $repository := .Values.image.repository | default (printf "petrel/%s" (include "subscriber.name" .)) -}}
{{- with .Values.image.registry | default .Values.global.image.registry }}{{ . }}/{{ end }}{{ $repository -}}
{{- if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ include "subscriber.tag" . }}{{ end -}}
{{- end }}

{{/* Empty for a program that is not on the bus. */}}
{{- define "subscriber.endpoint" -}}
{{- (.Values.endpoint).name | default "" -}}
{{- end }}

{{- define "subscriber.prefix" -}}
{{- .Values.topicPrefix | default .Values.global.topicPrefix -}}
{{- end }}

{{/* One place for the pods and the scaler: they must look at the same group of the same cluster. */}}
{{- define "subscriber.brokers" -}}
{{- .Values.kafka.brokers | default .Values.global.kafka.brokers | nospace -}}
{{- end }}

{{- define "subscriber.registryUrl" -}}
{{- .Values.schemaRegistry.url | default .Values.global.schemaRegistry.url -}}
{{- end }}

{{/* Endpoints do, and whoever only watches. */}}
{{- define "subscriber.usesKafka" -}}
{{- if or (include "subscriber.endpoint" .) .Values.kafka.watched }}yes{{ end -}}
{{- end }}

{{/* Endpoints do, and whoever reads what they say. */}}
{{- define "subscriber.usesRegistry" -}}
{{- if or (include "subscriber.endpoint" .) .Values.schemaRegistry.read }}yes{{ end -}}
{{- end }}

{{/* Empty where nobody may switch faults. */}}
{{- define "subscriber.faultTopic" -}}
{{- .Values.faultTopic | default .Values.global.faultTopic -}}
{{- end }}

{{/* Whether a setting that may be null is on, called with (list own shared possible). */}}
{{- define "subscriber.isOn" -}}
{{- $own := index . 0 -}}
{{- if kindIs "bool" $own }}{{ if $own }}yes{{ end }}{{ else if and (index . 1) (index . 2) }}yes{{ end -}}
{{- end }}

{{- define "subscriber.isScaled" -}}
{{- $endpoint := .Values.endpoint | default dict -}}
{{- $hears := and $endpoint.name (or $endpoint.topics (not (hasKey $endpoint "topics"))) -}}
{{- $can := and (not .Values.runOnce) (or (eq .Values.autoscaling.by "cpu") $hears) -}}
{{- include "subscriber.isOn" (list .Values.autoscaling.enabled .Values.global.autoscaling.enabled $can) -}}
{{- end }}

{{- define "subscriber.isMonitored" -}}
{{- $can := and (not .Values.runOnce) (gt (int .Values.ops.port) 0) -}}
{{- include "subscriber.isOn" (list .Values.podMonitor.enabled .Values.global.podMonitor.enabled $can) -}}
{{- end }}

{{- define "subscriber.isAlerted" -}}
{{- $can := and (not .Values.runOnce) (ne (include "subscriber.endpoint" .) "") -}}
{{- include "subscriber.isOn" (list .Values.alerts.enabled .Values.global.alerts.enabled $can) -}}
{{- end }}

{{- define "subscriber.maxReplicas" -}}
{{- .Values.autoscaling.maxReplicas | default (.Values.endpoint).partitions | default 1 | int -}}
{{- end }}
