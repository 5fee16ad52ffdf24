"""Judges exports by the tools of their own fields: bagit, rocrate-validator and prov. Reads JSON, prints JSON; needs no network.

In: {"bags": [folder], "runs": [folder], "workflows": [folder], "provs": [document]}. Out: for each of them a list of faults, in the same shape.
"""
import importlib.resources
import json
import sys

import bagit
import prov.model
import requests
import requests.adapters
from rdflib.plugins.sparql import processor
from rocrate_validator import services
from rocrate_validator.models import Severity, ValidationSettings

# The package has the context of RO-Crate 1.3. Every term that we use is in 1.1 and 1.2 too, and means the same there, once the
# terms of Bioschemas have the address that they had.
CONTEXT = (
    importlib.resources.files("rocrate.data")
    .joinpath("ro-crate.jsonld")
    .read_text()
    .replace("https://bioschemas.org/terms/", "https://bioschemas.org/")
)
CONTEXTS = {f"https://w3id.org/ro/crate/{version}/context" for version in ("1.1", "1.2")}


def answer(_adapter, request, **_settings):
    """Stands where the network is."""
    if request.url not in CONTEXTS:
        raise requests.ConnectionError(f"tests have no network: {request.url}")
    response = requests.Response()
    response.request = request
    response.url = request.url
    response.status_code = 200
    response.headers["Content-Type"] = "application/ld+json"
    response._content = CONTEXT.encode()
    return response


requests.adapters.HTTPAdapter.send = answer

parse, translate = processor.parseQuery, processor.translateQuery
translated = {}


def translate_once(text, base=None, names=None):
    """Rules ask the same of every crate, and reading the question takes most of the time."""
    key = (text, base, tuple(sorted((names or {}).items())))
    if key not in translated:
        translated[key] = translate(parse(text), base, names)
    return translated[key]


processor.parseQuery = str
processor.translateQuery = translate_once

# The validator has the run profile on RO-Crate 1.1 alone; Five Safes wants 1.2, whose own rules are checked beside it.
VERSION_OF_1_1 = "ro-crate-1.1_5.3"


def broken_rules(folder, profile, skip=()):
    settings = ValidationSettings(
        rocrate_uri=folder,
        profile_identifier=profile,
        requirement_severity=Severity.REQUIRED,
        skip_checks=list(skip),
        no_cache=True,
    )
    issues = services.validate(settings).get_issues()
    return [f"{issue.check.identifier}: {issue.message} ({issue.violatingEntity})" for issue in issues]


def check_bag(folder):
    faults = []
    try:
        bagit.Bag(folder).validate()
    except bagit.BagError as error:
        faults.append(f"bagit: {error}")
    return faults + broken_rules(f"{folder}/data", "ro-crate-1.2")


def check_run(folder):
    return broken_rules(folder, "process-run-crate-0.5", [VERSION_OF_1_1])


def check_workflow(folder):
    return broken_rules(folder, "workflow-ro-crate-1.0")


# What the two ends of a relation must be (PROV-CONSTRAINTS 50, typing).
TYPING = {
    prov.model.ProvUsage: ("activity", "entity"),
    prov.model.ProvGeneration: ("entity", "activity"),
    prov.model.ProvInvalidation: ("entity", "activity"),
    prov.model.ProvAssociation: ("activity", "agent", "entity"),
    prov.model.ProvCommunication: ("activity", "activity"),
    prov.model.ProvDerivation: ("entity", "entity"),
    prov.model.ProvAttribution: ("entity", "agent"),
    prov.model.ProvDelegation: ("agent", "agent"),
    prov.model.ProvMembership: ("entity", "entity"),
}


def check_prov(document):
    read = prov.model.ProvDocument.deserialize(content=json.dumps(document), format="json")
    again = prov.model.ProvDocument.deserialize(content=read.serialize(format="json"), format="json")
    faults = [] if read == again else ["it is not the same after it was read and written"]
    things = {"entity": {}, "activity": {}, "agent": {}}
    for record in read.unified().get_records(prov.model.ProvElement):
        kind = record.get_type().localpart.lower()
        things[kind][record.identifier] = record
    activities = things["activity"]
    # 55, entity-activity-disjoint
    faults += [f"{name} is an entity and an activity" for name in things["entity"] if name in activities]
    # 30, start-precedes-end
    for name, record in activities.items():
        start, end = record.get_startTime(), record.get_endTime()
        if start is not None and end is not None and start > end:
            faults.append(f"{name} ends before it starts")

    def begins_after_end(first, second):
        start, end = activities[first].get_startTime(), activities[second].get_endTime()
        return start is not None and end is not None and start > end

    made_by = {}
    used_by = {}
    for relation in read.get_records(prov.model.ProvRelation):
        ends = [value for _, value in relation.formal_attributes if isinstance(value, prov.model.QualifiedName)]
        kinds = TYPING[type(relation)]
        wrong = [str(end) for end, kind in zip(ends, kinds) if end not in things[kind]]
        faults += [f"{name} is not what {relation} says it is" for name in wrong]
        if wrong:
            continue
        # 35, wasInformedBy-ordering
        if isinstance(relation, prov.model.ProvCommunication) and begins_after_end(ends[1], ends[0]):
            faults.append(f"{ends[1]} began after {ends[0]}, which it informed, had ended")
        if isinstance(relation, prov.model.ProvGeneration):
            # 24, unique-generation
            if made_by.setdefault(ends[0], ends[1]) != ends[1]:
                faults.append(f"{ends[0]} is made twice")
        if isinstance(relation, prov.model.ProvUsage):
            used_by.setdefault(ends[1], []).append(ends[0])
    # 37, generation-precedes-usage
    for entity, maker in made_by.items():
        late = [user for user in used_by.get(entity, []) if begins_after_end(maker, user)]
        faults += [f"{user} used {entity} before it was made" for user in late]
    return faults


given = json.load(sys.stdin)
found = {
    "bags": [check_bag(folder) for folder in given["bags"]],
    "runs": [check_run(folder) for folder in given["runs"]],
    "workflows": [check_workflow(folder) for folder in given["workflows"]],
    "provs": [check_prov(document) for document in given["provs"]],
}
json.dump(found, sys.stdout)
