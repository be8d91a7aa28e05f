{{/* What a schema cannot say: each ends the install with one sentence that tells what to do. */}}
{{- define "subscriber.refuse" -}}
{{- fail (printf "\n\n%s: %s\n" (include "subscriber.name" (index . 0)) (index . 1)) -}}
{{- end }}

{{- define "subscriber.checks" -}}
{{- include "subscriber.checkNames" . -}}
{{- include "subscriber.checkConnections" . -}}
{{- if include "subscriber.usesKafka" . }}{{ include "subscriber.checkBrokers" . }}{{ end -}}
{{- if include "subscriber.usesRegistry" . }}{{ include "subscriber.checkRegistry" . }}{{ end -}}
{{- if .Values.database.enabled }}{{ include "subscriber.checkDatabase" . }}{{ end -}}
{{- include "subscriber.checkPorts" . -}}
{{- if include "subscriber.isScaled" . }}{{ include "subscriber.checkScaling" . }}{{ end -}}
{{- if include "subscriber.isMonitored" . }}{{ include "subscriber.checkMonitor" . }}{{ end -}}
{{- if include "subscriber.isAlerted" . }}{{ include "subscriber.checkAlerts" . }}{{ end -}}
{{- end }}

{{- define "subscriber.checkNames" -}}
{{- $fullname := include "subscriber.fullname" . -}}
{{- if gt (len $fullname) 52 -}}
{{- include "subscriber.refuse" (list . (printf "its resources would be called %s, which has %d characters. They may have 52, since Jobs put words behind it: choose a shorter name for the release." $fullname (len $fullname))) -}}
{{- end -}}
{{- range $name := concat (keys .Values.env) (keys .Values.envFromSecret) (keys (.Values.connections | default dict)) (keys ((.Values.global).connections | default dict)) -}}
{{- $made := dict "KAFKA_BROKERS" "kafka.brokers" "SCHEMA_REGISTRY_URL" "schemaRegistry.url" "TOPIC_PREFIX" "topicPrefix" "DATABASE_URL" "database.existingSecret" "DATABASE_POOL" "database.pool" "LOG_LEVEL" "logLevel" "OPS_PORT" "ops.port" "FAULT_FILE" "faults" "FAULT_TOPIC" "faultTopic" "OTEL_EXPORTER_OTLP_ENDPOINT" "tracing.endpoint" "OTEL_TRACES_SAMPLER" "tracing.ratio" "OTEL_TRACES_SAMPLER_ARG" "tracing.ratio" "DATABASE_ADMIN_URL" "database.adminSecret" -}}
{{- with get $made $name -}}
{{- include "subscriber.refuse" (list $ (printf "%s is not set in env, envFromSecret or connections but by the value %s, so that all parts of the chart have the same." $name .)) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "subscriber.checkBrokers" -}}
{{- $brokers := include "subscriber.brokers" . -}}
{{- if not $brokers -}}
{{- include "subscriber.refuse" (list . "it needs Kafka, and no brokers are given. Set global.kafka.brokers or kafka.brokers, for example kafka.kafka.svc.cluster.local:9092.") -}}
{{- end -}}
{{- if not (regexMatch "^[^,:]+:[0-9]+(,[^,:]+:[0-9]+)*$" $brokers) -}}
{{- include "subscriber.refuse" (list . (printf "kafka.brokers is %q. It must be host:port, or several with commas between them, for example kafka-0.kafka:9092,kafka-1.kafka:9092." $brokers)) -}}
{{- end -}}
{{- end }}

{{- define "subscriber.checkRegistry" -}}
{{- $url := include "subscriber.registryUrl" . -}}
{{- if not $url -}}
{{- include "subscriber.refuse" (list . "it needs schemas, and no schema registry is given. Set global.schemaRegistry.url or schemaRegistry.url, for example http://registry.kafka.svc.cluster.local:8080/apis/ccompat/v7.") -}}
{{- end -}}
{{- if not (regexMatch "^https?://[^/ ]+" $url) -}}
{{- include "subscriber.refuse" (list . (printf "schemaRegistry.url is %q. It must begin with http:// or https://, for example http://registry.kafka.svc.cluster.local:8080/apis/ccompat/v7." $url)) -}}
{{- end -}}
{{- end }}

{{- define "subscriber.checkDatabase" -}}
{{- $name := include "subscriber.databaseName" . -}}
{{- if gt (len $name) 63 -}}
{{- include "subscriber.refuse" (list . (printf "its database would be called %s, and PostgreSQL cuts names after 63 characters. Set database.name, or a shorter topicPrefix." $name)) -}}
{{- end -}}
{{- if include "subscriber.makesSecret" . -}}
{{- if not (include "subscriber.adminSecret" .) -}}
{{- include "subscriber.refuse" (list . "it needs a database. Set database.existingSecret to a Secret that has its URL under DATABASE_URL; or set global.database.adminSecret.name to a Secret with the URL of a role that may create databases, and the chart makes one. Without a database: database.enabled=false.") -}}
{{- end -}}
{{- if not .Values.deploy.enabled -}}
{{- include "subscriber.refuse" (list . "its database is made by the deploy Job, which deploy.enabled=false switches off. Set database.existingSecret to a Secret of a database that is there.") -}}
{{- end -}}
{{- if not (include "subscriber.databaseHost" .) -}}
{{- include "subscriber.refuse" (list . "the chart makes the URL of its database, and does not know where PostgreSQL is. Set global.database.host or database.host, for example postgres.data.svc.cluster.local.") -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "subscriber.checkPorts" -}}
{{- if and (not .Values.runOnce) (not .Values.ops.port) (not .Values.ports.http) -}}
{{- include "subscriber.refuse" (list . "nobody could ask whether it is alive. Set ops.port to a port that answers /live and /ready, or name a port of ports http.") -}}
{{- end -}}
{{- with .Values.ops.readyPort -}}
{{- if not (hasKey $.Values.ports .) -}}
{{- include "subscriber.refuse" (list $ (printf "ops.readyPort is %s, and ports has no such name. It has: %s." . (keys $.Values.ports | sortAlpha | join ", " | default "none"))) -}}
{{- end -}}
{{- end -}}
{{- if hasKey .Values.ports "ops" -}}
{{- include "subscriber.refuse" (list . "a port of ports is called ops, and that name is taken by ops.port. Give it another name.") -}}
{{- end -}}
{{- end }}

{{- define "subscriber.checkConnections" -}}
{{- range $name, $_ := include "subscriber.connections" . | fromJson -}}
{{- if or (hasKey $.Values.env $name) (hasKey $.Values.envFromSecret $name) -}}
{{- include "subscriber.refuse" (list $ (printf "%s is in env or envFromSecret and in connections (or global.connections) as well. Leave it in connections." $name)) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "subscriber.checkScaling" -}}
{{- if and (eq .Values.autoscaling.by "lag") (hasKey (include "subscriber.connections" . | fromJson) "KAFKA_SASL_OAUTHBEARER_TOKEN") -}}
{{- include "subscriber.refuse" (list . "KEDA cannot look at the lag with a token of a Secret (KAFKA_SASL_OAUTHBEARER_TOKEN). Give it a token endpoint (KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL), or set autoscaling.by to cpu.") -}}
{{- end -}}
{{- $scaling := .Values.autoscaling -}}
{{- $partitions := int (.Values.endpoint).partitions -}}
{{- $max := int (include "subscriber.maxReplicas" .) -}}
{{- if not (or (.Capabilities.APIVersions.Has "keda.sh/v1alpha1/ScaledObject") (.Capabilities.APIVersions.Has "keda.sh/v1alpha1")) -}}
{{- include "subscriber.refuse" (list . "autoscaling needs KEDA, and this cluster has no keda.sh/v1alpha1. Install KEDA (https://keda.sh/docs/latest/deploy/), or set global.autoscaling.enabled and autoscaling.enabled to false. With `helm template`, which sees no cluster: --api-versions keda.sh/v1alpha1.") -}}
{{- end -}}
{{- if .Values.runOnce -}}
{{- include "subscriber.refuse" (list . "it runs once (runOnce), so autoscaling.enabled must be false.") -}}
{{- end -}}
{{- if and (eq $scaling.by "lag") (not $partitions) -}}
{{- include "subscriber.refuse" (list . "autoscaling by lag needs an endpoint with partitions, and endpoint has none. Set autoscaling.by to cpu, or autoscaling.enabled to false.") -}}
{{- end -}}
{{- if and (eq $scaling.by "lag") (gt $max $partitions) -}}
{{- include "subscriber.refuse" (list . (printf "autoscaling.maxReplicas is %d, and its topics have %d partitions: the replicas above that would have nothing to read. Set it to at most %d, or to 0 for as many as there are partitions." $max $partitions $partitions)) -}}
{{- end -}}
{{- if and (eq $scaling.by "cpu") (not (((.Values.resources).requests).cpu)) -}}
{{- include "subscriber.refuse" (list . "autoscaling by cpu compares with resources.requests.cpu, which is not set.") -}}
{{- end -}}
{{- if gt (int $scaling.minReplicas) $max -}}
{{- include "subscriber.refuse" (list . (printf "autoscaling.minReplicas is %d, more than maxReplicas, which is %d." (int $scaling.minReplicas) $max)) -}}
{{- end -}}
{{- if gt (int $scaling.fallbackReplicas) $max -}}
{{- include "subscriber.refuse" (list . (printf "autoscaling.fallbackReplicas is %d, more than maxReplicas, which is %d." (int $scaling.fallbackReplicas) $max)) -}}
{{- end -}}
{{- end }}

{{- define "subscriber.checkMonitor" -}}
{{- if not (or (.Capabilities.APIVersions.Has "monitoring.coreos.com/v1/PodMonitor") (.Capabilities.APIVersions.Has "monitoring.coreos.com/v1")) -}}
{{- include "subscriber.refuse" (list . "podMonitor needs the Prometheus operator, and this cluster has no monitoring.coreos.com/v1. Install the operator, or set global.podMonitor.enabled and podMonitor.enabled to false: pods have the annotations prometheus.io/* in any case. With `helm template`, which sees no cluster: --api-versions monitoring.coreos.com/v1.") -}}
{{- end -}}
{{- if or .Values.runOnce (not .Values.ops.port) -}}
{{- include "subscriber.refuse" (list . "podMonitor.enabled is true, and it has no ops port that could be asked. Set ops.port.") -}}
{{- end -}}
{{- end }}

{{- define "subscriber.checkAlerts" -}}
{{- if not (or (.Capabilities.APIVersions.Has "monitoring.coreos.com/v1/PrometheusRule") (.Capabilities.APIVersions.Has "monitoring.coreos.com/v1")) -}}
{{- include "subscriber.refuse" (list . "alerts need the Prometheus operator, and this cluster has no monitoring.coreos.com/v1. Install the operator, or set global.alerts.enabled and alerts.enabled to false and give your Prometheus deploy/alerts/petrel.rules.yaml. With `helm template`, which sees no cluster: --api-versions monitoring.coreos.com/v1.") -}}
{{- end -}}
{{- if or .Values.runOnce (not (include "subscriber.endpoint" .)) -}}
{{- include "subscriber.refuse" (list . "alerts.enabled is true, and it has no endpoint with messages that could wait. Set it to false.") -}}
{{- end -}}
{{- end }}
