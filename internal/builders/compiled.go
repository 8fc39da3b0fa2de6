package builders

import (
	"fmt"
	"path"
	"strings"
)

// The backends that drive another build system: Cargo, Meson, CMake.

// maturin builds a program in Rust beside the package, or a library where there is to be an extension or where Python has
// commands of its own. No crate is fetched.
func maturin(p *Project) {
	target := "[[bin]]\nname = \"" + p.module + "\"\npath = \"rust/main.rs\"\n"
	own := []string{"[tool.maturin]", `bindings = "bin"`, `python-source = "src"`, fmt.Sprintf("module-name = %q", p.module)}
	p.files["rust/main.rs"] = "fn main() {\n    println!(\"hello\");\n}\n"
	if p.extension || p.scripts {
		target = "[lib]\ncrate-type = [\"cdylib\"]\npath = \"rust/lib.rs\"\n"
		own[1] = `bindings = "cffi"`
		delete(p.files, "rust/main.rs")
		p.files["rust/lib.rs"] = "#[no_mangle]\npub extern \"C\" fn room() -> i32 {\n    1\n}\n"
		p.files["header.h"] = "int room(void);\n" // else maturin derives it, with the crate's dependencies
	}
	p.files["Cargo.toml"] = "[package]\nname = \"" + p.module + "\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n" + target
	p.files["Cargo.lock"] = "version = 3\n\n[[package]]\nname = \"" + p.module + "\"\nversion = \"0.1.0\"\n"
	if p.schemes {
		own = append(own, `data = "room.data"`)
		for _, folder := range []string{"data", "scripts", "headers"} {
			p.move(folder, "room.data/"+folder)
		}
	}
	p.section(own...)
}

// move puts the files of a folder into another one.
func (p *Project) move(from, to string) {
	for _, name := range p.below(from) {
		moved := to + strings.TrimPrefix(name, from)
		p.files[moved], p.executable[moved] = p.files[name], p.executable[name]
		delete(p.files, name)
	}
}

func meson(p *Project) {
	language, pure := "", "true"
	if p.extension {
		language, pure = "'c', ", "false"
	}
	lines := []string{
		fmt.Sprintf("project('%s', %sversion: '%s')", p.module, language, p.Version),
		"py = import('python').find_installation(pure: " + pure + ")",
	}
	if p.single {
		lines = append(lines, "py.install_sources('"+p.module+".py')")
	} else {
		lines = append(lines, "install_subdir('src/"+p.top()+"', install_dir: py.get_install_dir())")
	}
	if p.extension {
		p.files["native/native.c"] = nativeC
		lines = append(lines, "py.extension_module('_native', 'native/native.c', install: true, subdir: '"+p.module+"')")
	}
	if p.schemes {
		lines = append(
			lines, "install_data('"+strings.Join(p.below("scripts"), "', '")+"', install_dir: get_option('bindir'), install_mode: 'rwxr-xr-x')",
			"install_headers('"+p.below("headers")[0]+"')",
			"install_data('"+p.below("data")[0]+"', install_dir: get_option('datadir') / '"+p.Name+"')",
		)
	}
	p.files["meson.build"] = strings.Join(lines, "\n") + "\n"
}

func scikitBuild(p *Project) {
	own := []string{"[tool.scikit-build]", "wheel.packages = " + list("src/"+p.top())}
	lines := []string{"cmake_minimum_required(VERSION 3.18)", "project(room LANGUAGES C)"}
	switch {
	case p.extension:
		p.files["native/native.c"] = nativeC
		lines = append(
			lines, "find_package(Python REQUIRED COMPONENTS Interpreter Development.Module)",
			"Python_add_library(_native MODULE native/native.c WITH_SOABI)", "install(TARGETS _native LIBRARY DESTINATION "+p.module+")",
		)
	case p.schemes:
		own = append(own, `wheel.py-api = "py3"`)
		for _, folder := range []string{"data", "headers", "scripts"} {
			for _, name := range p.below(folder) {
				below := strings.TrimPrefix(path.Dir(name)+"/", folder+"/")
				lines = append(lines, fmt.Sprintf("install(PROGRAMS %s DESTINATION ${SKBUILD_%s_DIR}/%s)", name, strings.ToUpper(folder), below))
			}
		}
	default:
		own = append(own, "wheel.cmake = false")
		lines = nil
	}
	if lines != nil {
		p.files["CMakeLists.txt"] = strings.Join(lines, "\n") + "\n"
	}
	p.section(own...)
}
