# The same kind of rules for OPA: a saved plan is its input.
#
#   reconciler plan manifests -o change.plan.json
#   conftest test change.plan.json --policy examples/policies --parser json
package main

import rego.v1

deny contains message if {
	input.kind == "reconciler/plan"
	input.cost.usd_per_hour > 20
	message := sprintf("this plan costs $%v an hour", [input.cost.usd_per_hour])
}

deny contains message if {
	some change in input.changes
	"delete" in change.actions
	startswith(change.name, "ci-prod-")
	message := sprintf("%v would be deleted", [change.name])
}

warn contains message if {
	some change in input.changes
	some field in change.fields
	field.path == "network_policy.allowed_domains"
	some domain in field.after
	not domain in object.get(field, "before", [])
	message := sprintf("%v may talk to %v", [change.name, domain])
}
