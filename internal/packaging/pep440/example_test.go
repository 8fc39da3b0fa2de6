package pep440_test

import (
	"fmt"
	"slices"

	"strongroom/internal/packaging/pep440"
)

func ExampleParse() {
	v, err := pep440.Parse(" v1.0-RC.1+Ubuntu_1\n")
	fmt.Println(v, v.IsPrerelease(), v.Public(), v.Local(), err)
	_, err = pep440.Parse("1.0-beta-x")
	fmt.Println(err)
	// Output:
	// 1.0rc1+ubuntu.1 true 1.0rc1 ubuntu.1 <nil>
	// invalid version "1.0-beta-x": unexpected "x" after "1.0-beta-"
}

// One release can be written in several ways. Its identity is the canonical form.
func ExampleVersion_Canonical() {
	for _, text := range []string{"1.0", "1.0.0", "1", "1.0.post0"} {
		v, _ := pep440.Parse(text)
		fmt.Println(v, "is", v.Canonical())
	}
	// Output:
	// 1.0 is 1
	// 1.0.0 is 1
	// 1 is 1
	// 1.0.post0 is 1.post0
}

func ExampleVersion_Compare() {
	var versions []pep440.Version
	for _, text := range []string{"1.10", "1.9", "1.9.post1", "1.9rc1", "1.9.dev1"} {
		v, _ := pep440.Parse(text)
		versions = append(versions, v)
	}
	slices.SortFunc(versions, pep440.Version.Compare)
	fmt.Println(versions)
	// Output:
	// [1.9.dev1 1.9rc1 1.9 1.9.post1 1.10]
}

func ExampleSpecifierSet_Contains() {
	supported, _ := pep440.ParseSpecifierSet(">=3.9, !=3.9.1, <4")
	fmt.Println(supported)
	for _, text := range []string{"3.9", "3.9.1", "3.15.0a1", "4.0"} {
		v, _ := pep440.Parse(text)
		fmt.Println(v, supported.Contains(v))
	}
	// Output:
	// !=3.9.1,<4,>=3.9
	// 3.9 true
	// 3.9.1 false
	// 3.15.0a1 true
	// 4.0 false
}
