package factor

import (
	"fmt"
	"strings"

	"rsc.io/qr"
)

// quiet is the white margin that readers need, in modules (ISO/IEC 18004).
const quiet = 4

// QRCode draws a text as a square SVG image (MFA-1): black on white whatever the page's colours, as large as its box, one
// unit a module, without style attributes. The error says that the text is too long.
func QRCode(text string) (svg string, err error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", err
	}
	size := code.Size + 2*quiet
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for code.Black(x, y) { // false outside
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return fmt.Sprintf(`<svg class="qr" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="QR code" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%dv%dh-%dz"/><path fill="#000" d="%s"/></svg>`, size, size, size, size, size, path.String()), nil
}
