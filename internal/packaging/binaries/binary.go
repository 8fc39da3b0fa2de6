package binaries

// Format is the format of a compiled file.
type Format string

// The formats that are recognised.
const (
	FormatELF   Format = "ELF"    // Linux, Android, the BSDs
	FormatMachO Format = "Mach-O" // macOS, iOS; one file may hold several architectures
	FormatPE    Format = "PE"     // Windows
)

// Binary is what one compiled file says about itself.
type Binary struct {
	Path    string      `json:"path"` // in the wheel
	Format  Format      `json:"format"`
	Problem string      `json:"problem,omitempty"` // why the file, or a part of it, could not be read; facts may be missing
	ELF     *ELF        `json:"elf,omitempty"`
	MachO   []MachOPart `json:"macho,omitempty"` // one for each architecture
	PE      *PE         `json:"pe,omitempty"`
}

// ELF holds the facts of an ELF file, as the loader sees them.
type ELF struct {
	Arch      string            `json:"arch,omitempty"`      // as in a tag: "x86_64", "armv7l"; "" if no tag names this machine
	Machine   string            `json:"machine"`             // machine, class and byte order for people: "EM_386, 32-bit, little-endian"
	Device    bool              `json:"device,omitempty"`    // code for something else than the processor: a GPU, BPF
	Object    bool              `json:"object,omitempty"`    // a relocatable object (.o): it asks nothing of a system yet
	Level     int               `json:"level,omitempty"`     // 2, 3, 4: needs that x86-64 instruction set level; else 0
	SONAME    string            `json:"soname,omitempty"`    // DT_SONAME
	Needed    []string          `json:"needed,omitempty"`    // DT_NEEDED, in order
	Versions  []LibraryVersions `json:"versions,omitempty"`  // symbol versions needed, from .gnu.version_r
	RPATH     []string          `json:"rpath,omitempty"`     // DT_RPATH, cut at its colons
	RUNPATH   []string          `json:"runpath,omitempty"`   // DT_RUNPATH, likewise; it takes the place of RPATH
	Symbols   []string          `json:"symbols,omitempty"`   // undefined, not weak symbols that some policy forbids, sorted
	PythonAPI bool              `json:"pythonapi,omitempty"` // some undefined symbol is of Python's C API: an extension module
}

// LibraryVersions are the symbol versions that a file needs of one library.
type LibraryVersions struct {
	Library string   `json:"library"` // "libc.so.6"
	Names   []string `json:"names"`   // "GLIBC_2.17", …, each once, in the file's order
}

// MachOPart holds the facts of one architecture in a Mach-O file.
type MachOPart struct {
	Arch     string   `json:"arch"`               // as in a tag: "x86_64", "arm64"; else the number of the processor type
	Platform string   `json:"platform,omitempty"` // "macos", "ios" …; "" if the file does not say
	Minimum  Version  `json:"minimum,omitzero"`   // oldest system it was built for; zero if the file does not say
	Object   bool     `json:"object,omitempty"`   // an object file or debug symbols: never loaded
	ID       string   `json:"id,omitempty"`       // LC_ID_DYLIB: the name the library has for others
	Needed   []string `json:"needed,omitempty"`   // LC_LOAD_DYLIB, in order
	RPATH    []string `json:"rpath,omitempty"`    // LC_RPATH
}

// PE holds the facts of a Windows file.
type PE struct {
	Arch    string   `json:"arch"`              // as in a tag: "win_amd64", "win32"; else the machine's number
	DLL     bool     `json:"dll,omitempty"`     // a library (.dll, .pyd), not a program
	Managed bool     `json:"managed,omitempty"` // .NET code: runs on every machine
	Needed  []string `json:"needed,omitempty"`  // DLLs imported when it is loaded, in order
}
