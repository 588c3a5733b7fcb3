/** Where a program that speaks FHIR finds out what this node takes. */
import * as z from "zod";
import type { ApiParts, ApiRoute } from "../../api_route.ts";
import {
  capabilityStatement,
  type FhirNode,
  operationDefinition,
  REVIEW_OPERATION,
} from "./capability.ts";
import { FHIR_TYPE } from "./fhir_problems.ts";

export function capabilityRoutes(): readonly ApiRoute[] {
  return [
    route("/fhir/metadata", "CapabilityStatement", capabilityStatement, "What the FHIR door takes"),
    route(
      `/fhir/OperationDefinition/${REVIEW_OPERATION}`,
      "OperationDefinition",
      operationDefinition,
      "What POST /fhir/$review-prescription takes and gives",
    ),
  ];
}

function route(
  path: string,
  resourceType: string,
  made: (node: FhirNode) => object,
  about: string,
): ApiRoute {
  return {
    method: "get",
    path,
    right: "fhir",
    bySite: true,
    summary: `${about}: ${resourceType} of FHIR R4`,
    answer: z.looseObject({ resourceType: z.literal(resourceType) }),
    contentType: FHIR_TYPE,
    handle: (parts) => {
      const headers = { "content-type": `${FHIR_TYPE}; charset=utf-8` };
      return Promise.resolve(Response.json(made(nodeOf(parts)), { headers }));
    },
  };
}

function nodeOf({ node: { config }, url, version }: ApiParts): FhirNode {
  return { url: url.replace(/\/$/, ""), version, name: config.node, title: config.title.zh };
}
