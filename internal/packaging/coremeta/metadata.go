package coremeta

// Limits on metadata. Lengths of texts a person reads are counted in
// characters, sizes in bytes.
const (
	MaxFile         = 1 << 20   // bytes of a METADATA or PKG-INFO file
	MaxDescription  = 512 << 10 // bytes of Description
	MaxSummary      = 512       // characters of Summary
	MaxLabel        = 32        // characters of a Project-URL's label
	MaxRequirements = 1000      // Requires-Dist entries
	MaxURLs         = 256       // Project-URL entries
	MaxProblems     = 100       // problems that are told
)

// Metadata is the core metadata of one distribution, as written: values are
// not normalised (see [Metadata.Normalize]). A field that is absent, empty or
// "UNKNOWN" is the zero value (U-05). The JSON names are the ones PEP 566
// derives from the field names, so that the struct can be stored as JSON and
// read back without loss.
type Metadata struct {
	MetadataVersion        string       `json:"metadata_version,omitempty"`
	Name                   string       `json:"name,omitempty"`
	Version                string       `json:"version,omitempty"`
	Author                 string       `json:"author,omitempty"`
	AuthorEmail            string       `json:"author_email,omitempty"` // RFC 822 address list
	Classifiers            []string     `json:"classifier,omitempty"`
	Description            string       `json:"description,omitempty"` // from the header or the body
	DescriptionContentType string       `json:"description_content_type,omitempty"`
	DownloadURL            string       `json:"download_url,omitempty"` // deprecated
	Dynamic                []string     `json:"dynamic,omitempty"`      // names of other fields
	HomePage               string       `json:"home_page,omitempty"`    // deprecated
	ImportNames            []string     `json:"import_name,omitzero"`   // empty but not nil: the project says it has none
	ImportNamespaces       []string     `json:"import_namespace,omitempty"`
	Keywords               []string     `json:"keywords,omitempty"`
	License                string       `json:"license,omitempty"`            // deprecated text
	LicenseExpression      string       `json:"license_expression,omitempty"` // SPDX
	LicenseFiles           []string     `json:"license_file,omitempty"`       // relative paths
	Maintainer             string       `json:"maintainer,omitempty"`
	MaintainerEmail        string       `json:"maintainer_email,omitempty"`
	Obsoletes              []string     `json:"obsoletes,omitempty"` // deprecated
	ObsoletesDist          []string     `json:"obsoletes_dist,omitempty"`
	Platforms              []string     `json:"platform,omitempty"`
	ProjectURLs            []ProjectURL `json:"project_url,omitempty"`
	Provides               []string     `json:"provides,omitempty"` // deprecated
	ProvidesDist           []string     `json:"provides_dist,omitempty"`
	ProvidesExtra          []string     `json:"provides_extra,omitempty"`
	Requires               []string     `json:"requires,omitempty"`      // deprecated
	RequiresDist           []string     `json:"requires_dist,omitempty"` // PEP 508
	RequiresExternal       []string     `json:"requires_external,omitempty"`
	RequiresPython         string       `json:"requires_python,omitempty"` // PEP 440 specifier set
	Summary                string       `json:"summary,omitempty"`
	SupportedPlatforms     []string     `json:"supported_platform,omitempty"`
}

// ProjectURL is one Project-URL field: "label, url".
type ProjectURL struct {
	Label string `json:"label"`
	URL   string `json:"url"`
}

// String returns the field's value as METADATA has it.
func (u ProjectURL) String() string { return u.Label + ", " + u.URL }
