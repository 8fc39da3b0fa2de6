package data

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// generator is part of the cache's folder names: raise it whenever the bytes of
// a wheel change.
const generator = "v1"

// Project is a project of a data set with its versions 1.0.0, 1.0.1, …
type Project struct {
	Name  string
	Files int
}

// Wheel is the i-th file of the project.
func (p Project) Wheel(i int) Wheel {
	return Wheel{p.Name, fmt.Sprintf("1.%d.%d", i/100, i%100), SmallWheel}
}

// Small is the number of projects with ten files, Single that of the projects
// with one.
const (
	Small  = 200
	Single = 2000
)

// Set is a named list of wheels.
type Set struct {
	Name     string
	Projects []Project
	Extra    []Wheel
}

// Main is the data set of the read workloads: 200 projects of 10 files, one of
// 1,000 files, 2,000 projects of one file, and the large wheel.
func Main() Set {
	s := Set{Name: "main", Extra: []Wheel{Big()}}
	for i := range Small {
		s.Projects = append(s.Projects, Project{Name(i), 10})
	}
	s.Projects = append(s.Projects, Project{ManyFiles, 1000})
	for i := range Single {
		s.Projects = append(s.Projects, Project{Name(Small + i), 1})
	}
	return s
}

// Growth is the data set of the growth test; huge adds the project of ten
// thousand files.
func Growth(huge bool) Set {
	s := Set{Name: "growth", Projects: []Project{{ManyFiles, 1000}}}
	if huge {
		s.Name = "growth-huge"
		s.Projects = append(s.Projects, Project{HugeFiles, 10_000})
	}
	return s
}

// Big is the wheel that downloads fetch.
func Big() Wheel { return Wheel{BigWheel, "1.0.0", LargeWheel} }

// Wheels lists all files of the set.
func (s Set) Wheels() []Wheel {
	list := slices.Clone(s.Extra)
	for _, p := range s.Projects {
		for i := range p.Files {
			list = append(list, p.Wheel(i))
		}
	}
	return list
}

// Folder makes (or finds) the set as a flat folder of wheels under cache, and
// returns its path. A folder that was left half written is made again.
func (s Set) Folder(cache string) (string, error) {
	dir := filepath.Join(cache, "data", s.Name+"-"+generator)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	part := dir + ".part"
	if err := os.RemoveAll(part); err != nil {
		return "", err
	}
	if err := os.MkdirAll(part, 0o755); err != nil {
		return "", err
	}
	for _, w := range s.Wheels() {
		if err := os.WriteFile(filepath.Join(part, w.Filename()), w.Bytes(), 0o644); err != nil {
			return "", err
		}
	}
	return dir, os.Rename(part, dir)
}
