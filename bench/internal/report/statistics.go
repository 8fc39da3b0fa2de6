package report

import (
	"math"
	"slices"
)

// Median is NaN for no values.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(values))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// PairedRatio is the median of a[i]/b[i]: rounds that ran one after the other
// are compared with each other, so a slow minute of the machine cancels out.
// NaN when the two were not measured in the same rounds.
func PairedRatio(a, b []float64) float64 {
	if len(a) == 0 || len(a) != len(b) {
		return math.NaN()
	}
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = a[i] / b[i]
	}
	return Median(ratios)
}
