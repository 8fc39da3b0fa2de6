package pep508

// variable is a name that markers compare with something (V-21).
type variable struct {
	name  string
	older string // a spelling of PEP 345 or setuptools, read as the name
	kind  kind
}

// kind decides how the value of a variable is compared.
type kind int

const (
	text    kind = iota // equal, contained, or not
	version             // as PEP 440 versions where both sides are, else as text
	extra               // as text, normalised like project names (PEP 685)
	set                 // a set of normalised names that may contain one (lock files)
)

// variables is the table of all variables. A new one is a new row.
var variables = []variable{
	{"python_version", "", version},
	{"python_full_version", "", version},
	{"os_name", "os.name", text},
	{"sys_platform", "sys.platform", text},
	{"platform_release", "", version},
	{"platform_system", "", text},
	{"platform_version", "platform.version", text},
	{"platform_machine", "platform.machine", text},
	{"platform_python_implementation", "platform.python_implementation", text},
	{"platform_python_implementation", "python_implementation", text},
	{"implementation_name", "", text},
	{"implementation_version", "", version},
	{"extra", "", extra},
	{"extras", "", set},
	{"dependency_groups", "", set},
}

// findVariable finds a variable by its name or an older spelling.
func findVariable(spelling string) (variable, bool) {
	for _, v := range variables {
		if spelling == v.name || spelling != "" && spelling == v.older {
			return v, true
		}
	}
	return variable{}, false
}

// Environment is what markers are evaluated against.
type Environment struct {
	// Values holds the value of each variable that is not a set, under its
	// current name ("python_version": "3.12"). For the metadata of a
	// distribution, "extra" must be there: the requested extra, or "" for none.
	Values map[string]string
	// Sets holds "extras" and "dependency_groups". Only lock files have them.
	Sets map[string][]string
}
