/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A sample's report as a JSON document, read back by another parser.
 */
#ifndef TEST_REPORT_DOCUMENT_H
#define TEST_REPORT_DOCUMENT_H

#include <jansson.h>

#include "sample.h"

struct document {
    struct sample sample;
    char *text;
    json_t *root;
};

/* An empty sample, to be rendered as JSON with every row. */
void document_begin(struct document *document);
/* Fails the test when the report is not JSON, or has a key twice. */
void document_render(struct document *document);
void document_end(struct document *document);

/* The value at a path such as "capture.sources.0.name"; NULL when there is none. */
json_t *json_at(json_t *value, const char *path);
/* The integer at a path, and that there is one. */
uint64_t json_number(json_t *value, const char *path);
/* That there is this text at a path; NULL: that there is null. */
void json_expect_text(json_t *value, const char *path, const char *text);

#endif
