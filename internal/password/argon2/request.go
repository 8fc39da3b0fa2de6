// Package argon2 is the request to make one Argon2id hash (RFC 9106), which a child of the sandbox carries out. It imports
// little, for it is a part of every such child.
package argon2

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/argon2"
)

// Version of Argon2 (§3.1).
const Version = argon2.Version

// Cost is Argon2id's parameters.
type Cost struct {
	Memory uint32 // KiB, at least eight a lane
	Time   uint32 // passes, at least one
	Lanes  uint32 // 1 to 255
}

// Request is one hash to make.
type Request struct {
	Password, Salt []byte
	Cost           Cost
	Size           uint32 // bytes of the tag, at least 4
}

// Tag makes the hash here.
func (r Request) Tag() []byte {
	return argon2.IDKey(r.Password, r.Salt, r.Cost.Time, r.Cost.Memory, uint8(r.Cost.Lanes), r.Size)
}

// magic begins every request, so that a child knows what it is asked for.
const magic = "argon2id\n"

// Encode writes the request for Handle.
func (r Request) Encode() []byte {
	out := []byte(magic)
	for _, n := range []uint32{r.Cost.Memory, r.Cost.Time, r.Cost.Lanes, r.Size, uint32(len(r.Salt))} {
		out = binary.LittleEndian.AppendUint32(out, n)
	}
	return append(append(out, r.Salt...), r.Password...)
}

// Asks reports whether a request is one of Encode.
func Asks(request []byte) bool { return bytes.HasPrefix(request, []byte(magic)) }

// Handle makes the hash that a request of Encode asks for. That the cost is
// bearable is for the server to see to.
func Handle(request []byte) (tag []byte, err error) {
	body := bytes.TrimPrefix(request, []byte(magic))
	const numbers = 5 * 4
	if !Asks(request) || len(body) < numbers {
		return nil, errors.New("argon2: the request is cut off")
	}
	number := func(i int) uint32 { return binary.LittleEndian.Uint32(body[4*i:]) }
	rest, salt := body[numbers:], number(4)
	if uint64(salt) > uint64(len(rest)) {
		return nil, errors.New("argon2: the salt is cut off")
	}
	r := Request{Password: rest[salt:], Salt: rest[:salt], Size: number(3)}
	if r.Cost = (Cost{number(0), number(1), number(2)}); !r.Cost.possible() || r.Size < 4 {
		return nil, fmt.Errorf("argon2: there is no hash of %d bytes of cost %+v", r.Size, r.Cost)
	}
	return r.Tag(), nil
}

func (c Cost) possible() bool {
	return c.Lanes >= 1 && c.Lanes <= 255 && c.Time >= 1 && c.Memory/8 >= c.Lanes
}
