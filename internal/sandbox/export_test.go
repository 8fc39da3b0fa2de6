package sandbox

// Without gives options whose children leave out layers, so that a test can see what a layer is good for.
func Without(o Options, layers string) Options {
	o.without = layers
	return o
}

// AllLayers are the names of all layers, for Without.
const AllLayers = LayerPriority + " " + LayerLimits + " " + LayerMemory + " " + LayerUser + " " + LayerPrivilege + " " +
	LayerLandlock + " " + LayerSeccomp
