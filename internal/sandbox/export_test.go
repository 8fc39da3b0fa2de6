package sandbox

// Without gives options whose children leave out layers, so that a test can see what a layer is good for.
func Without(o Options, layers string) Options {
	o.without = layers
	return o
}

// AllLayers are the names of all layers, for Without.
const AllLayers = LayerLimits + " " + LayerMemory + " " + LayerUser + " " + LayerPrivilege + " " + LayerLandlock + " " +
	LayerPriority + " " + LayerSeccomp

// ChildArgs are the arguments of a child with the default limits.
func ChildArgs() []string {
	o, err := Options{Program: "-"}.withDefaults()
	if err != nil {
		panic(err)
	}
	return o.limits().args()
}
