{{/* Where one of Kafka, registry, database, DNS, collector and monitoring is, called with (list . "kafka"): the program's own word, then the shared one. */}}
{{- define "subscriber.edge" -}}
{{- $root := index . 0 -}}
{{- $own := get $root.Values.networkPolicy.edges (index . 1) | default dict -}}
{{- $shared := get $root.Values.global.network (index . 1) | default dict -}}
{{- merge (deepCopy $own) $shared | toJson -}}
{{- end }}

{{/* One side of an edge: { namespace, podLabels } or { cidr }; empty when it says neither. */}}
{{- define "subscriber.peer" -}}
{{- $peer := dict -}}
{{- if .cidr -}}
{{- $peer = dict "ipBlock" (dict "cidr" .cidr) -}}
{{- else if or .namespace .podLabels -}}
{{- with .namespace }}{{ $_ := set $peer "namespaceSelector" (dict "matchLabels" (dict "kubernetes.io/metadata.name" .)) }}{{ end -}}
{{- with .podLabels }}{{ $_ := set $peer "podSelector" (dict "matchLabels" .) }}{{ end -}}
{{- end -}}
{{- if $peer }}{{ list $peer | toJson }}{{ end -}}
{{- end }}

{{/* A rule of what may go out, called with (list name peer (list port …) (list protocol …)). */}}
{{- define "subscriber.egressRule" -}}
# {{ index . 0 }}
- ports:
    {{- $protocols := index . 3 }}
    {{- range $port := index . 2 }}
    {{- range $protocols }}
    - port: {{ int $port }}
      protocol: {{ . }}
    {{- end }}
    {{- end }}
  {{- with include "subscriber.peer" (index . 1) }}
  to: {{ . }}
  {{- end }}
{{- end }}

{{/* The ports that the brokers' addresses name. */}}
{{- define "subscriber.brokerPorts" -}}
{{- $ports := list -}}
{{- range splitList "," (include "subscriber.brokers" .) }}{{ $ports = append $ports (regexFind "[0-9]+$" .) }}{{ end -}}
{{- $ports | uniq | toJson -}}
{{- end }}

{{/* The port of a URL. */}}
{{- define "subscriber.urlPort" -}}
{{- $url := urlParse . -}}
{{- regexFind "[0-9]+$" $url.host | default (ternary "443" "80" (eq $url.scheme "https")) -}}
{{- end }}

{{- define "subscriber.dnsEgress" -}}
{{- $dns := include "subscriber.edge" (list . "dns") | fromJson -}}
{{- include "subscriber.egressRule" (list "dns" $dns (list ($dns.port | default 53)) (list "UDP" "TCP")) -}}
{{- end }}

{{/* What every program needs: its name server, and what it is connected with. */}}
{{- define "subscriber.standardEgress" -}}
{{- include "subscriber.dnsEgress" . }}
{{- if include "subscriber.usesKafka" . }}
{{- $kafka := include "subscriber.edge" (list . "kafka") | fromJson }}
{{- $ports := ternary (list $kafka.port) (include "subscriber.brokerPorts" . | fromJsonArray) (gt (int $kafka.port) 0) }}
{{ include "subscriber.egressRule" (list "kafka" $kafka $ports (list "TCP")) }}
{{- end }}
{{- if include "subscriber.usesRegistry" . }}
{{- $registry := include "subscriber.edge" (list . "registry") | fromJson }}
{{ include "subscriber.egressRule" (list "registry" $registry (list ($registry.port | default (include "subscriber.urlPort" (include "subscriber.registryUrl" .)))) (list "TCP")) }}
{{- end }}
{{- if .Values.database.enabled }}
{{- $database := include "subscriber.edge" (list . "database") | fromJson }}
{{ include "subscriber.egressRule" (list "database" $database (list ($database.port | default (include "subscriber.databasePort" .))) (list "TCP")) }}
{{- end }}
{{- if include "subscriber.collector" . }}
{{- $collector := include "subscriber.edge" (list . "collector") | fromJson }}
{{ include "subscriber.egressRule" (list "collector" $collector (list ($collector.port | default (include "subscriber.urlPort" (include "subscriber.collector" .)))) (list "TCP")) }}
{{- end }}
{{- end }}

{{/* What else this program needs. */}}
{{- define "subscriber.ownEgress" -}}
{{- range tpl (toYaml .Values.networkPolicy.egress) . | fromYamlArray }}
{{ include "subscriber.egressRule" (list .name (.to | default dict) (list .port) (list "TCP")) }}
{{- end }}
{{- end }}
