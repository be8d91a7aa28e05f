// Instead of the module's own list of plugins: the ground finds its targets in Kubernetes, and the clouds' twenty clients need not be
// compiled for that.
package plugins

import _ "github.com/prometheus/prometheus/discovery/kubernetes"
