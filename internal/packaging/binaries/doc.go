// Package binaries answers whether a wheel's platform tag is true. It reads the compiled files in a wheel (ELF, Mach-O,
// PE) without running anything, and compares what they ask of a system with what the tag promises (PT-4 … PT-7; PEP 425,
// 513, 571, 599, 600, 656).
//
// It has two halves, which may run in two processes. A [Collector] watches an archive being expanded and keeps a [Binary]
// of facts for each compiled file; [Audit] judges the facts by the filename. Facts and report are JSON.
//
// # Hostile files
//
// Every size, count and offset in a compiled file is somebody's claim. The readers here take the types and constants of
// the standard library's debug/elf, debug/macho and debug/pe, but not their parsers: those read whole symbol tables into
// memory and follow import tables without end. Here each count is bounded (limits.go), each step goes forward, text is
// budgeted, and what is left over is caught: a file that cannot be read is reported as that.
//
// An ELF file is read as the loader reads it, from its program headers and dynamic segment; section headers play no part.
//
// # What auditwheel checks, and what of it is here
//
//	check of auditwheel show                           here
//	-------------------------------------------------  ----------------------------------------------------------
//	symbol versions (GLIBC, GLIBCXX, CXXABI, GCC, …)   yes, by the same table; versions that a library bundled in
//	                                                   the wheel defines are not counted, as the wheel brings them
//	libraries outside the policy                       yes; a library is bundled if a file of the wheel has its name
//	                                                   or soname, whether or not an RPATH leads there, because a
//	                                                   library that is already loaded is found by its soname
//	forbidden symbols ("blacklist")                    yes
//	architecture, ABI of ARM (EABI 5, hard float)      yes; device code (CUDA, AMD GPU, BPF) is passed over
//	x86-64 instruction set level (v2, v3, v4)          yes, from the same GNU property note
//	PyFPE symbols                                      yes, as forbidden symbols
//	UCS-2 symbols                                      no: only Python 2 had them, and its abi tag told them apart
//	libraries in a purelib folder                      yes
//	dependencies of libraries on the auditing machine  no: an index has no libraries of its own to look into
//	version of musl                                    no (auditwheel does not either); only the 64-bit time functions
//	                                                   of musl 1.2 on 32-bit systems
//	RPATH                                              yes: absolute, or leaving the wheel; auditwheel does not warn
//	Android                                            no; nor iOS: their tags are accepted as they are
package binaries
