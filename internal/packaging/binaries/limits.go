package binaries

// Bounds on what is believed of one compiled file. Real files stay far below; a file beyond one of them is reported as
// one that cannot be read. Together they keep a look below a few milliseconds, whatever the file's size.
const (
	maxSegments  = 1024    // program headers
	maxDynamic   = 65_536  // entries of the dynamic segment
	maxNeeded    = 1024    // libraries a file loads
	maxVersions  = 4096    // symbol versions a file needs
	maxSymbols   = 500_000 // undefined symbols
	maxName      = 4096    // bytes of one name
	maxText      = 128_000 // bytes of all names that are kept of a file
	maxParts     = 16      // architectures in a Mach-O file
	maxCommands  = 4096    // load commands of one
	maxSections  = 1024    // sections of a PE file
	maxNote      = 65_536  // bytes of a note segment
	maxSymbolEnd = 128     // bytes of a symbol's name that are looked at
)
