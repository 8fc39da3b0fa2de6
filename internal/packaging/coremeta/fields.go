package coremeta

import (
	"strings"
	"sync"
)

// field is one row of the table of core metadata fields.
type field struct {
	header string   // the name in METADATA, and in everything told to people
	since  string   // the metadata version that introduced it
	many   bool     // may be repeated
	forms  []string // its names in an upload form, the documented one first
	access          // where the value lives in Metadata
	check  func(*checker, []string)
}

// access reads and writes one field of Metadata as a list of values, which
// for a field that cannot be repeated has at most one element.
type access struct {
	get func(*Metadata) []string
	set func(*Metadata, []string)
}

// fields returns the table, in the order in which problems are told (M-03):
// Metadata-Version, Name and Version, then by name. It is built once and must
// not be changed.
var fields = sync.OnceValue(func() []field {
	const once, many = false, true
	return []field{
		{"Metadata-Version", "1.0", once, forms("metadata_version"), text(func(m *Metadata) *string { return &m.MetadataVersion }), checkMetadataVersion},
		{"Name", "1.0", once, forms("name"), text(func(m *Metadata) *string { return &m.Name }), checkName},
		{"Version", "1.0", once, forms("version"), text(func(m *Metadata) *string { return &m.Version }), checkVersion},
		{"Author", "1.0", once, forms("author"), text(func(m *Metadata) *string { return &m.Author }), nil},
		{"Author-email", "1.0", once, forms("author_email"), text(func(m *Metadata) *string { return &m.AuthorEmail }), checkAddresses},
		{"Classifier", "1.1", many, forms("classifiers", "classifier"), list(func(m *Metadata) *[]string { return &m.Classifiers }), checkClassifiers},
		{"Description", "1.0", once, forms("description"), text(func(m *Metadata) *string { return &m.Description }), checkDescription},
		{"Description-Content-Type", "2.1", once, forms("description_content_type"), text(func(m *Metadata) *string { return &m.DescriptionContentType }), checkContentType},
		{"Download-URL", "1.1", once, forms("download_url"), text(func(m *Metadata) *string { return &m.DownloadURL }), checkURL},
		{"Dynamic", "2.2", many, forms("dynamic"), list(func(m *Metadata) *[]string { return &m.Dynamic }), checkDynamic},
		{"Home-page", "1.0", once, forms("home_page"), text(func(m *Metadata) *string { return &m.HomePage }), checkURL},
		{"Import-Name", "2.5", many, forms("import_name", "import_names"), list(func(m *Metadata) *[]string { return &m.ImportNames }), checkImportNames},
		{"Import-Namespace", "2.5", many, forms("import_namespace", "import_namespaces"), list(func(m *Metadata) *[]string { return &m.ImportNamespaces }), checkImportNamespaces},
		{"Keywords", "1.0", once, forms("keywords"), keywords(), nil},
		{"License", "1.0", once, forms("license"), text(func(m *Metadata) *string { return &m.License }), checkLicense},
		{"License-Expression", "2.4", once, forms("license_expression"), text(func(m *Metadata) *string { return &m.LicenseExpression }), checkLicenseExpression},
		{"License-File", "2.4", many, forms("license_file", "license_files"), list(func(m *Metadata) *[]string { return &m.LicenseFiles }), checkLicenseFiles},
		{"Maintainer", "1.2", once, forms("maintainer"), text(func(m *Metadata) *string { return &m.Maintainer }), nil},
		{"Maintainer-email", "1.2", once, forms("maintainer_email"), text(func(m *Metadata) *string { return &m.MaintainerEmail }), checkAddresses},
		{"Obsoletes", "1.1", many, forms("obsoletes"), list(func(m *Metadata) *[]string { return &m.Obsoletes }), nil},
		{"Obsoletes-Dist", "1.2", many, forms("obsoletes_dist"), list(func(m *Metadata) *[]string { return &m.ObsoletesDist }), checkRequirements},
		{"Platform", "1.0", many, forms("platform"), list(func(m *Metadata) *[]string { return &m.Platforms }), nil},
		{"Project-URL", "1.2", many, forms("project_urls", "project_url"), projectURLs(), checkProjectURLs},
		{"Provides", "1.1", many, forms("provides"), list(func(m *Metadata) *[]string { return &m.Provides }), nil},
		{"Provides-Dist", "1.2", many, forms("provides_dist"), list(func(m *Metadata) *[]string { return &m.ProvidesDist }), checkRequirements},
		{"Provides-Extra", "2.1", many, forms("provides_extra"), list(func(m *Metadata) *[]string { return &m.ProvidesExtra }), checkExtras},
		{"Requires", "1.1", many, forms("requires"), list(func(m *Metadata) *[]string { return &m.Requires }), nil},
		{"Requires-Dist", "1.2", many, forms("requires_dist"), list(func(m *Metadata) *[]string { return &m.RequiresDist }), checkRequiresDist},
		{"Requires-External", "1.2", many, forms("requires_external"), list(func(m *Metadata) *[]string { return &m.RequiresExternal }), nil},
		{"Requires-Python", "1.2", once, forms("requires_python"), text(func(m *Metadata) *string { return &m.RequiresPython }), checkRequiresPython},
		{"Summary", "1.0", once, forms("summary"), text(func(m *Metadata) *string { return &m.Summary }), checkSummary},
		{"Supported-Platform", "1.1", many, forms("supported_platform"), list(func(m *Metadata) *[]string { return &m.SupportedPlatforms }), nil},
	}
})

// FieldNames returns the names of all fields as METADATA spells them, in the
// order in which problems are told.
func FieldNames() []string {
	var names []string
	for _, f := range fields() {
		names = append(names, f.header)
	}
	return names
}

// metadataVersions are the versions this package understands, oldest first.
// 2.0 was withdrawn (PEP 426); 2.6 is PEP 808.
func metadataVersions() []string {
	return []string{"1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "2.6"}
}

func forms(names ...string) []string { return names }

// text is the access to a field that holds one text.
func text(at func(*Metadata) *string) access {
	return access{
		get: func(m *Metadata) []string {
			if *at(m) == "" {
				return nil
			}
			return []string{*at(m)}
		},
		set: func(m *Metadata, values []string) { *at(m) = values[0] },
	}
}

// list is the access to a field that may be repeated.
func list(at func(*Metadata) *[]string) access {
	return access{
		get: func(m *Metadata) []string { return *at(m) },
		set: func(m *Metadata, values []string) { *at(m) = values },
	}
}

// keywords is the access to Keywords: one value that holds a list separated
// by commas.
func keywords() access {
	return access{
		get: func(m *Metadata) []string { return m.Keywords },
		set: func(m *Metadata, values []string) {
			for word := range strings.SplitSeq(values[0], ",") {
				if word = strings.TrimSpace(word); word != "" {
					m.Keywords = append(m.Keywords, word)
				}
			}
		},
	}
}

// projectURLs is the access to Project-URL. A value without a comma is a
// label without a URL, which [Metadata.Validate] refuses.
func projectURLs() access {
	return access{
		get: func(m *Metadata) []string {
			var values []string
			for _, u := range m.ProjectURLs {
				values = append(values, u.String())
			}
			return values
		},
		set: func(m *Metadata, values []string) {
			for _, value := range values {
				label, url, _ := strings.Cut(value, ",")
				m.ProjectURLs = append(m.ProjectURLs, ProjectURL{
					Label: strings.TrimSpace(label), URL: strings.TrimSpace(url),
				})
			}
		},
	}
}
