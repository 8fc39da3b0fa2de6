//go:build !linux

package sandbox

import (
	"errors"
	"fmt"
	"runtime"
)

// lockDown does what this system can: it watches the memory. Time is limited by the server, which kills.
func lockDown(l limits) []Layer {
	absent := fmt.Errorf("only Linux has it, this is %s", runtime.GOOS)
	memory := outcome(LayerMemory, "", errors.New("left out"))
	if l.wants(LayerMemory) {
		detail, err := watchMemory(l)
		memory = outcome(LayerMemory, detail, err)
	}
	return []Layer{
		outcome(LayerLimits, "", absent), memory, outcome(LayerUser, "", absent), outcome(LayerPrivilege, "", absent),
		outcome(LayerLandlock, "", absent), outcome(LayerPriority, "", absent), outcome(LayerSeccomp, "", absent),
	}
}
