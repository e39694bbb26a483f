package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"recourse/recovery"
)

const actionPath = `  /api/v1/cases/{id}/actions/%s:
    post:
      operationId: act%s
      tags: [actions]
      summary: %s
      parameters:
        - {$ref: "#/components/parameters/Id"}
        - {$ref: "#/components/parameters/IdempotencyKey"}
        - {$ref: "#/components/parameters/IfMatch"}
      requestBody:
        required: %t
        content:
          application/json:
            schema: {$ref: "#/components/schemas/%s"}
      responses:
        "200": {$ref: "#/components/responses/CaseAfterAct"}
        "400": {$ref: "#/components/responses/Malformed"}
        "401": {$ref: "#/components/responses/Unauthenticated"}
        "403": {$ref: "#/components/responses/Forbidden"}
        "404": {$ref: "#/components/responses/NotFound"}
        "405": {$ref: "#/components/responses/MethodNotAllowed"}
        "409": {$ref: "#/components/responses/Conflict"}
        "412": {$ref: "#/components/responses/PreconditionFailed"}
        "413": {$ref: "#/components/responses/TooLarge"}
        "415": {$ref: "#/components/responses/UnsupportedMediaType"}
        "422": {$ref: "#/components/responses/Invalid"}
        "429": {$ref: "#/components/responses/RateLimited"}
        "500": {$ref: "#/components/responses/Internal"}
        "503": {$ref: "#/components/responses/Unavailable"}
`

func actionPaths() string {
	var out strings.Builder
	for _, spec := range recovery.ActionSpecs() {
		name := camelCase(string(spec.Name))
		fmt.Fprintf(&out, actionPath, spec.Name, name, strconv.Quote(spec.About), needsBody(spec), "Act"+name)
	}
	return out.String()
}

func needsBody(spec recovery.ActionSpec) bool {
	return slices.ContainsFunc(spec.Fields, func(f recovery.Field) bool { return f.Required })
}

func actionBodies() string {
	var out strings.Builder
	for _, spec := range recovery.ActionSpecs() {
		out.WriteString(actionBody(spec))
	}
	return out.String()
}

func actionBody(spec recovery.ActionSpec) string {
	var needed []string
	var properties strings.Builder
	for _, field := range spec.Fields {
		if field.Form == recovery.EmailForm {
			continue // only the bodies of a counterpart's link have an email field
		}
		if field.Required {
			needed = append(needed, field.Name)
		}
		fmt.Fprintf(&properties, "        %s: {%s}\n", field.Name, fieldSchema(field))
	}
	var out strings.Builder
	fmt.Fprintf(&out, "    Act%s:\n      type: object\n      description: \"Body of the action %s\"\n      additionalProperties: false\n",
		camelCase(string(spec.Name)), spec.Name)
	if len(needed) > 0 {
		fmt.Fprintf(&out, "      required: [%s]\n", strings.Join(needed, ", "))
	}
	if properties.Len() > 0 {
		out.WriteString("      properties:\n" + properties.String())
	}
	return out.String()
}

// fieldSchema returns the schema of one field, without its braces.
func fieldSchema(f recovery.Field) string {
	schema := formSchema(f)
	if !f.Required && f.Form == recovery.ChoiceForm {
		schema = "nullable: true, allOf: [{" + schema + "}]"
	} else if !f.Required {
		schema += ", nullable: true"
	}
	if f.About != "" {
		schema += ", description: " + strconv.Quote(f.About)
	}
	return schema
}

func formSchema(f recovery.Field) string {
	switch f.Form {
	case recovery.WordForm:
		return fmt.Sprintf(`type: string, minLength: 1, maxLength: %d, pattern: '^[a-z][a-z0-9_]*$'`, f.Max)
	case recovery.ChoiceForm:
		return schemaRef(f.Words)
	case recovery.ChoicesForm:
		return fmt.Sprintf("type: array, minItems: 1, maxItems: %d, items: {%s}", f.Max, schemaRef(f.Words))
	case recovery.MoneyForm:
		return fmt.Sprintf("type: integer, format: int64, minimum: %d, maximum: %d", minimum(f.ZeroMeansNone), recovery.MaxMoney)
	case recovery.PastForm, recovery.FutureForm:
		return "type: string, format: date-time"
	case recovery.NumberForm:
		return fmt.Sprintf("type: integer, minimum: %d, maximum: %d", minimum(!f.Required), f.Max)
	case recovery.FlagForm:
		return "type: boolean"
	case recovery.ConfirmForm:
		return "type: boolean, enum: [true]"
	case recovery.EntryForm:
		return "type: integer, format: int64, minimum: 1"
	case recovery.ReplacementForm:
		return "type: object, additionalProperties: true"
	case recovery.NamesForm:
		return fmt.Sprintf("type: array, minItems: 1, maxItems: %d, items: {type: string, maxLength: 40}", f.Max)
	case recovery.CircumstancesForm:
		return fmt.Sprintf("type: object, additionalProperties: {type: boolean}, maxProperties: %d", len(recovery.Circumstances))
	case recovery.InstalmentsForm:
		return fmt.Sprintf(`type: array, minItems: 1, maxItems: %d, items: {$ref: "#/components/schemas/PlanPart"}`, f.Max)
	default:
		return textSchema(f)
	}
}

// minimum returns the least value of a number. Zero is the same as no number where it
// is accepted.
func minimum(acceptsZero bool) int {
	if acceptsZero {
		return 0
	}
	return 1
}

func textSchema(f recovery.Field) string {
	if f.Required && f.Form != recovery.CounterpartForm {
		return fmt.Sprintf("type: string, minLength: 1, maxLength: %d", f.Max)
	}
	return fmt.Sprintf("type: string, maxLength: %d", f.Max)
}

// schemaRef returns a reference to the schema of a vocabulary. Its name is the
// vocabulary's name in camel case unless listed here.
func schemaRef(words string) string {
	name, renamed := map[string]string{"response": "ResponseKind", "visibility": "NoteVisibility", "delay": "DelayedArrival"}[words]
	if !renamed {
		name = camelCase(words)
	}
	return `$ref: "#/components/schemas/` + name + `"`
}

func camelCase(name string) string {
	var out strings.Builder
	for word := range strings.SplitSeq(name, "_") {
		out.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return out.String()
}
