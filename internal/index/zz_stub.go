package index

const (
	EventMemberAdd    = EventAssociationAdd
	EventMemberChange = EventAssociationAdd
	EventMemberRemove = EventAssociationRemove
)
