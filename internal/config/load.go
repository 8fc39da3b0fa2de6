package config

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Load reads the file, if path is not empty, and then the environment as
// os.Environ gives it.
func Load(path string, environ []string) (Config, error) {
	c := Default()
	if path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return c, fmt.Errorf("read settings: %w", err)
		}
		if err := c.parse(text); err != nil {
			return c, fmt.Errorf("%s: %w", path, err)
		}
	}
	return c, c.fromEnvironment(environ)
}

func (c *Config) parse(text []byte) error {
	err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(c)
	var strict *toml.StrictMissingError
	if !errors.As(err, &strict) {
		return err
	}
	row, _ := strict.Errors[0].Position()
	return unknown(strings.Join(strict.Errors[0].Key(), "."), fmt.Sprintf("line %d: ", row))
}

func unknown(key, where string) error {
	return fmt.Errorf("%sthere is no setting %q; did you mean %q?", where, key, nearest(key))
}

const envPrefix = "STRONGROOM_"

// notSettings are variables with our prefix that are not settings.
func notSettings(name string) bool { return strings.HasPrefix(name, envPrefix+"TEST_") }

func (c *Config) fromEnvironment(environ []string) error {
	byEnv := map[string]reflect.Value{}
	for _, l := range leaves(reflect.ValueOf(c).Elem()) {
		byEnv[envPrefix+strings.ToUpper(strings.ReplaceAll(l.key, ".", "_"))] = l.value
	}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, envPrefix) || notSettings(name) {
			continue
		}
		field, ok := byEnv[name]
		if !ok {
			return unknown(strings.ToLower(strings.TrimPrefix(name, envPrefix)), name+": ")
		}
		if err := assign(field, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// assign writes a text into a field of the kinds Config has.
func assign(f reflect.Value, value string) error {
	if f.Kind() == reflect.Pointer {
		f.Set(reflect.New(f.Type().Elem()))
		f = f.Elem()
	}
	switch f.Kind() {
	case reflect.String:
		f.SetString(value)
	case reflect.Bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", value)
		}
		f.SetBool(b)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", value)
		}
		f.SetInt(n)
	case reflect.Slice:
		var list []string
		for _, item := range strings.Split(value, ",") {
			if item = strings.TrimSpace(item); item != "" {
				list = append(list, item)
			}
		}
		f.Set(reflect.ValueOf(list))
	}
	return nil
}

// nearest is the known key with the smallest edit distance.
func nearest(key string) string {
	best, least := "", 1<<30
	for _, k := range Keys() {
		if d := distance(strings.ToLower(key), k); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is Levenshtein's.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
