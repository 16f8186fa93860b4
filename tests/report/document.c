/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A sample's report as a JSON document, read back by another parser.
 */
#include "document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void document_begin(struct document *document)
{
    memset(document, 0, sizeof(*document));
    sample_init(&document->sample);
    document->sample.options.format = PS_FORMAT_JSON;
    document->sample.options.top = 0;
}

void document_render(struct document *document)
{
    json_error_t error;
    document->text = sample_report(&document->sample);
    document->root = json_loads(document->text, JSON_REJECT_DUPLICATES, &error);
    if (document->root == NULL)
        fail_msg("line %d: %s", error.line, error.text);
}

void document_end(struct document *document)
{
    json_decref(document->root);
    free(document->text);
    sample_finish(&document->sample);
}

json_t *json_at(json_t *value, const char *path)
{
    while (value != NULL && *path != '\0') {
        char key[64];
        size_t length = strcspn(path, ".");
        (void)snprintf(key, sizeof(key), "%.*s", (int)length, path);
        value =
            json_is_array(value) ? json_array_get(value, (size_t)strtoul(key, NULL, 10)) : json_object_get(value, key);
        path += length + (path[length] == '.');
    }
    return value;
}

uint64_t json_number(json_t *value, const char *path)
{
    json_t *found = json_at(value, path);
    if (!json_is_integer(found))
        fail_msg("%s is no integer", path);
    return (uint64_t)json_integer_value(found);
}

void json_expect_text(json_t *value, const char *path, const char *text)
{
    json_t *found = json_at(value, path);
    if (text == NULL ? !json_is_null(found) : !json_is_string(found))
        fail_msg("%s is of another type", path);
    if (text != NULL)
        assert_string_equal(json_string_value(found), text);
}
