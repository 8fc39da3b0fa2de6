package data

import "fmt"

// ManyFiles is the project that has a thousand files.
const ManyFiles = "nightly-builds"

// HugeFiles is the project of the growth test, with ten thousand files.
const HugeFiles = "nightly-archive"

// BigWheel is the project whose one wheel is a hundred megabytes.
const BigWheel = "torch-kernels"

// Name returns the i-th project name: normalised, never repeated, and of the
// lengths that real names have (7 to 30 characters).
func Name(i int) string {
	subjects, objects := subjects(), objects()
	s := subjects[i%len(subjects)]
	o := objects[i/len(subjects)%len(objects)]
	round := i / (len(subjects) * len(objects))
	if round == 0 {
		return s + "-" + o
	}
	return fmt.Sprintf("%s-%s-%d", s, o, round+1)
}

func subjects() []string {
	return []string{
		"django", "flask", "aio", "async", "py", "data", "cloud", "graph",
		"fast", "simple", "azure-mgmt", "types", "pytest", "sphinx", "jupyter", "numpy",
		"pandas", "torch", "opentelemetry", "google-cloud", "odoo", "airflow-provider", "mkdocs", "typed",
		"lite", "micro", "open", "geo", "bio", "quant", "home", "smart",
	}
}

func objects() []string {
	return []string{
		"cache", "client", "auth", "storage", "metrics", "queue", "forms", "admin",
		"utils", "tools", "api", "parser", "schema", "logging", "config", "testing",
		"plugins", "theme", "models", "tables", "search", "events", "tasks", "hooks",
		"sdk", "stubs", "render", "export", "importer", "monitor", "scheduler", "gateway",
		"validators", "serializers", "extensions", "instrumentation", "compat", "helpers", "widgets", "sessions",
		"proxy", "router", "templates", "fields", "signals", "workers", "streams", "pipelines",
		"notebook", "datasets", "metrics-exporter", "secrets", "tracing", "crypto", "images", "audio",
		"video", "pdf", "mail", "sms", "maps", "weather", "billing", "reports",
	}
}
