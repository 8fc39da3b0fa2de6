package builders

import (
	"fmt"
	"strings"
)

// Sample is a kind of project: what a part of the world's projects have in common.
type Sample struct {
	Name string
	fill func(*Project)
}

// Samples lists them. Not every backend can build every one: Backend.Without names those it cannot.
func Samples() []Sample {
	return []Sample{
		{"plain", plain},
		{"layout", layout},
		{"namespace", namespace},
		{"schemes", schemes},
		{"licences", licences},
		{"unicode", unicode},
		{"awkward", awkward},
		{"many", many},
		{"names", names},
		{"extension", extension},
	}
}

// about fills in what every project says of itself.
func (p *Project) about(summary string) {
	p.meta = append(p.meta, fmt.Sprintf("description = %q", summary), `authors = [{name = "Room Keeper", email = "keeper@example.com"}]`)
	p.poetry = append(p.poetry, fmt.Sprintf("description = %q", summary), `authors = ["Room Keeper <keeper@example.com>"]`)
}

// pack makes the project a package below src.
func (p *Project) pack(summary string) {
	p.about(summary)
	p.add(map[string]string{"__init__.py": fmt.Sprintf("\"\"\"%s.\"\"\"\n\n__version__ = %q\n", summary, p.Version)})
}

// plain is one module beside pyproject.toml.
func plain(p *Project) {
	p.single = true
	p.about("A module and nothing else")
	p.files[p.module+".py"] = fmt.Sprintf("\"\"\"A module and nothing else.\"\"\"\n\n__version__ = %q\n", p.Version)
}

// layout is a package below src with all the usual metadata, entry points, data files and a large README.
func layout(p *Project) {
	p.scripts = true
	p.pack("A package as most are")
	p.add(map[string]string{
		"__main__.py": "print('hello')\n", "command.py": "def main():\n    print('hello')\n", "py.typed": "",
		"data/table.json": `{"a": [1, 2, 3]}` + "\n", "data/raw.bin": "\x00\x01\xff\xfe", "inner/__init__.py": "",
	})
	p.files["README.md"] = "# Layout\n\n" + strings.Repeat("A line of a large README, with `code` and a [link](https://example.com/).\n\n", 3000)
	p.files["tests/test_it.py"] = "def test_it():\n    pass\n"
	p.meta = append(
		p.meta, `readme = "README.md"`, `requires-python = ">=3.8,!=3.9.0"`, `keywords = ["strong", "room"]`,
		`classifiers = ["Development Status :: 4 - Beta", "Programming Language :: Python :: 3"]`,
		`dependencies = ["left-pad[all]>=1.0; python_version < '3.12' and sys_platform != 'win32'", "Right.Pad~=2.1"]`,
	)
	p.poetry = append(p.poetry, `readme = "README.md"`, `keywords = ["strong", "room"]`, `homepage = "https://example.com/"`)
	call := fmt.Sprintf("%q", p.module+".command:main")
	if p.oldPoetry() {
		p.section("[tool.poetry.dependencies]", `python = ">=3.8"`, `left-pad = {version = "^1.0", extras = ["all"], optional = true}`)
		p.section("[tool.poetry.extras]", `more = ["left-pad"]`)
		p.section("[tool.poetry.scripts]", "layout-command = "+call)
		p.section(`[tool.poetry.plugins."room.plugins"]`, `"first.one" = `+call)
		return
	}
	p.section("[project.urls]", `Homepage = "https://example.com/"`, `"Bug Tracker" = "https://example.com/bugs?a=1&b=2"`)
	p.section("[project.optional-dependencies]", `more = ["third-pad>=3"]`, `all_of_it = ["third-pad", "fourth-pad<5; extra == 'x'"]`)
	p.section("[project.scripts]", "layout-command = "+call)
	p.section("[project.gui-scripts]", "layout-window = "+call)
	p.section(`[project.entry-points."room.plugins"]`, `"first.one" = `+call, fmt.Sprintf("whole-module = %q", p.module))
}

// namespace is a package in a namespace that belongs to nobody: its folder has no __init__.py.
func namespace(p *Project) {
	p.module = "room." + p.Name
	p.pack("A part of a namespace")
}

// schemes has files that are installed outside the package: below share, as commands, as C headers.
func schemes(p *Project) {
	p.schemes = true
	p.pack("Files for all of the installation schemes")
	p.files["data/share/"+p.Name+"/note.txt"] = "A note.\n"
	p.files["headers/"+p.Name+".h"] = "#define ROOM 1\n"
	for name, text := range map[string]string{"-shell": "#!/bin/sh\necho hello\n", "-python": "#!python\nprint('hello')\n"} {
		p.files["scripts/"+p.Name+name] = text
		p.executable["scripts/"+p.Name+name] = true
	}
}

// licenceFiles are the patterns of the sample licences.
func licenceFiles() []string {
	return []string{"LICENSE*", "AUTHORS.md", "LICENSES/*.txt", "src/*/vendored/*/COPYING"}
}

// licences has licence files in several folders and says so: by PEP 639 where the backend knows it, as before elsewhere.
func licences(p *Project) {
	p.licences = true
	p.pack("Licensed in several ways")
	p.add(map[string]string{"vendored/__init__.py": "", "vendored/other/__init__.py": "", "vendored/other/COPYING": "Copy it.\n"})
	p.files["LICENSE"] = "Choose one of those in LICENSES.\n"
	p.files["AUTHORS.md"] = "Room Keeper\n"
	p.files["LICENSES/MIT.txt"] = "As you like.\n"
	p.files["LICENSES/Apache-2.0.txt"] = "As you like, and no patents.\n"
	p.poetry = append(p.poetry, `license = "MIT"`)
	if p.env.atLeast(p.env.Backend.SPDX) {
		p.meta = append(p.meta, fmt.Sprintf("license = %q", p.env.Backend.expression()), "license-files = "+list(licenceFiles()...))
	} else {
		p.meta = append(p.meta, `license = {file = "LICENSE"}`)
	}
}

// unicode has letters beyond ASCII in its metadata, its README and the names of its files, composed and decomposed.
func unicode(p *Project) {
	p.pack("Größe, 大きさ, размер und 🐍 — «alles»")
	p.meta[1] = `authors = [{name = "Zoë Müller-Łukasiewicz", email = "zoe@example.com"}, {name = "山田 太郎"}]`
	p.poetry[1] = `authors = ["Zoë Müller-Łukasiewicz <zoe@example.com>"]`
	p.meta = append(p.meta, `readme = "README.rst"`, `keywords = ["größe", "大きさ"]`)
	p.poetry = append(p.poetry, `readme = "README.rst"`, `keywords = ["größe", "大きさ"]`)
	p.files["README.rst"] = "Größe\n=====\n\nこんにちは。 مرحبا. Привет. e\u0301 is é.\n"
	p.add(map[string]string{
		"größe.txt": "groß\n", "データ/ファイル.txt": "データ\n", "man\u0303ana.txt": "decomposed\n", "🐍.txt": "snake\n",
		"größe_modul.py": "größe = 1\n",
	})
}

// awkward has file names with what separates in RECORD, in shells and in URLs.
func awkward(p *Project) {
	p.pack("Names that need quoting")
	for _, name := range []string{
		"a, b", "it's \"quoted\"", "semi;colon & co", "per%20cent", "two  spaces", "#hash", "=equals+plus@at", "[brackets]{braces}", "$dollar~tilde",
	} {
		p.add(map[string]string{name + ".txt": name + "\n"})
	}
}

// deep has paths beyond what the headers of tar hold, empty and executable files, and symbolic links.
func deep(p *Project) {
	p.pack("Long paths, rare modes and links")
	p.add(map[string]string{
		strings.Repeat("a_folder_with_a_long_name/", 9) + strings.Repeat("x", 96) + ".txt": "beyond the 256 bytes of ustar\n",
		strings.Repeat("y", 101) + ".txt":                                                  "beyond the 100 bytes of the first tar\n", "run.sh": "#!/bin/sh\n",
		"no_extension": "nothing\n", "UPPER.TXT": "upper\n", "empty.txt": "", "empty_module.py": "",
		"real/file.txt": "the target of a link\n",
	})
	p.executable[p.folder()+"/run.sh"] = true
	p.links[p.folder()+"/link.txt"] = "real/file.txt"
	p.links[p.folder()+"/real/up.txt"] = "../empty.txt"
}

// many has five hundred modules.
func many(p *Project) {
	p.pack("Many files")
	for i := range 500 {
		p.add(map[string]string{fmt.Sprintf("part_%02d/module_%03d.py", i/50, i): fmt.Sprintf("number = %d\n", i)})
	}
	for i := range 10 {
		p.add(map[string]string{fmt.Sprintf("part_%02d/__init__.py", i): ""})
	}
}

// names has a project name and a version that are not normalised.
func names(p *Project) {
	p.pack("A name and a version in spellings of their own")
	p.Name = "Odd.Name-By_" + p.env.Backend.Name
	p.Version = "1!2.0.0-rc1.post3.dev4+Room." + p.Version
}

// extension has a part that is compiled for the machine.
func extension(p *Project) {
	p.extension = true
	p.pack("A module in C, or a library in Rust")
}

// nativeC is the source of the module _native.
const nativeC = `#include <Python.h>

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "_native", NULL, -1, NULL};

PyMODINIT_FUNC PyInit__native(void) { return PyModule_Create(&definition); }
`
