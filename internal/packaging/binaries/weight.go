package binaries

// weight returns roughly how many bytes the facts of a file are.
func (b Binary) weight() int {
	total := 256 + len(b.Path) + len(b.Problem)
	if b.ELF != nil {
		total += len(b.ELF.SONAME) + textSize(b.ELF.Needed, b.ELF.RPATH, b.ELF.RUNPATH, b.ELF.Symbols)
		for _, library := range b.ELF.Versions {
			total += len(library.Library) + textSize(library.Names)
		}
	}
	for _, part := range b.MachO {
		total += len(part.ID) + textSize(part.Needed, part.RPATH)
	}
	if b.PE != nil {
		total += textSize(b.PE.Needed)
	}
	return total
}

// textSize counts the bytes of lists, with something for each element.
func textSize(lists ...[]string) (total int) {
	for _, list := range lists {
		for _, text := range list {
			total += len(text) + 8
		}
	}
	return total
}
