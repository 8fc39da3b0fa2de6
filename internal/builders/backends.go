package builders

import (
	"fmt"
	"slices"
	"strings"
)

// Backend is a build backend.
type Backend struct {
	Name    string   // on the index
	Module  string   // build-backend
	SPDX    string   // the first version that knows PEP 639
	Without []string // samples that it cannot build
	Git     bool     // its sdist is made of what is committed

	licence   string // an expression, where it does not take that of the others
	configure func(*Project)
}

// Backends lists them, in the order in which they are reported.
func Backends() []Backend {
	return []Backend{
		{Name: "setuptools", Module: "setuptools.build_meta", SPDX: "77.0", configure: setuptools},
		{Name: "hatchling", Module: "hatchling.build", SPDX: "1.26", Without: []string{"extension"}, configure: hatchling},
		{Name: "flit_core", Module: "flit_core.buildapi", SPDX: "3.12", Without: []string{"extension"}, configure: flit},
		{Name: "poetry-core", Module: "poetry.core.masonry.api", SPDX: "2.2", Without: []string{"extension"}, configure: poetry},
		{Name: "pdm-backend", Module: "pdm.backend", SPDX: "2.4", Without: []string{"extension"}, configure: pdm},
		{Name: "maturin", Module: "maturin", SPDX: "1.9", Without: []string{"plain", "namespace", "awkward"}, configure: maturin},
		{Name: "meson-python", Module: "mesonpy", SPDX: "0.18", Git: true, configure: meson},
		{Name: "scikit-build-core", Module: "scikit_build_core.build", SPDX: "0.11", Without: []string{"plain"}, configure: scikitBuild},
		{Name: "uv_build", Module: "uv_build", SPDX: "0", Without: []string{"plain", "extension"}, configure: uv},
	}
}

// Samples lists what to build: with the oldest and the newest version all that the backend can, with those between what
// differed most from version to version.
func (e Environment) Samples() []Sample {
	return slices.DeleteFunc(Samples(), func(s Sample) bool {
		return slices.Contains(e.Backend.Without, s.Name) || e.between && !slices.Contains([]string{"layout", "licences", "deep"}, s.Name)
	})
}

// expression is the licence expression of the sample licences.
func (b Backend) expression() string {
	if b.licence != "" {
		return b.licence
	}
	return "MIT OR (Apache-2.0 AND BSD-3-Clause)"
}

// below lists the project's files that stand below a folder, sorted.
func (p *Project) below(folder string) (paths []string) {
	for name := range p.files {
		if strings.HasPrefix(name, folder+"/") {
			paths = append(paths, name)
		}
	}
	slices.Sort(paths)
	return paths
}

func setuptools(p *Project) {
	own := []string{"[tool.setuptools]"}
	p.files["MANIFEST.in"] = "graft src\ngraft native\ngraft headers\ngraft LICENSES\n"
	if p.single {
		own = append(own, "py-modules = "+list(p.module))
	}
	if p.licences && !p.env.atLeast(p.env.Backend.SPDX) {
		own = append(own, "license-files = "+list(licenceFiles()...))
	}
	if p.schemes {
		own = append(own, "script-files = "+list(p.below("scripts")...))
		p.files["setup.py"] = "from setuptools import setup\n\nsetup(headers=" + list(p.below("headers")...) + ")\n"
	}
	if p.extension {
		p.files["native/native.c"] = nativeC
		p.files["setup.py"] = "from setuptools import Extension, setup\n\n" +
			"setup(ext_modules=[Extension(\"" + p.module + "._native\", [\"native/native.c\"])])\n"
	}
	p.section(own...)
	if p.schemes {
		p.section("[tool.setuptools.data-files]", fmt.Sprintf("%q = %s", "share/"+p.Name, list(p.below("data")...)))
	}
	if !p.single {
		p.section("[tool.setuptools.packages.find]", `where = ["src"]`)
	}
}

func hatchling(p *Project) {
	if p.single {
		p.section("[tool.hatch.build.targets.wheel]", "include = "+list(p.module+".py"))
	} else {
		p.section("[tool.hatch.build.targets.wheel]", "packages = "+list("src/"+p.top()))
	}
	if p.schemes {
		lines := []string{"[tool.hatch.build.targets.wheel.shared-data]", `"data/share" = "share"`}
		for _, name := range p.below("scripts") {
			lines = append(lines, fmt.Sprintf("%q = %q", name, strings.Replace(name, "scripts", "bin", 1)))
		}
		p.section(lines...)
	}
}

func flit(p *Project) {
	p.section("[tool.flit.module]", fmt.Sprintf("name = %q", p.module))
	if p.schemes {
		p.section("[tool.flit.external-data]", `directory = "data"`)
	}
	if p.licences {
		p.section("[tool.flit.sdist]", `include = ["LICENSES/*.txt", "AUTHORS.md"]`)
	}
}

func poetry(p *Project) {
	packages := fmt.Sprintf("packages = [{include = %q, from = \"src\"}]", p.top())
	if p.single {
		packages = fmt.Sprintf("packages = [{include = %q}]", p.module+".py")
	}
	if p.oldPoetry() {
		p.poetry = append(p.poetry, packages)
	} else {
		p.section("[tool.poetry]", packages)
	}
	if p.schemes && p.env.atLeast("1.1") {
		lines := []string{"[tool.poetry.scripts]"}
		for _, name := range p.below("scripts") {
			lines = append(lines, fmt.Sprintf("%s = {reference = %q, type = \"file\"}", name[len("scripts/"):], name))
		}
		p.section(lines...)
	}
}

func pdm(p *Project) {
	if p.single {
		p.section("[tool.pdm.build]", "includes = "+list(p.module+".py"))
	} else {
		p.section("[tool.pdm.build]", `package-dir = "src"`, "includes = "+list("src/"+p.top()))
	}
	if p.schemes {
		p.section("[tool.pdm.build.wheel-data]", `data = [{path = "data/share/*/*.txt", relative-to = "data"}]`, `scripts = ["scripts/*"]`) // its scheme include is none that pip knows
	}
}

func uv(p *Project) {
	lines := []string{"[tool.uv.build-backend]", fmt.Sprintf("module-name = %q", p.module)}
	if p.schemes {
		lines = append(lines, `data = {data = "data", scripts = "scripts", headers = "headers"}`)
	}
	p.section(lines...)
}
