// SPDX-License-Identifier: Apache-2.0
//
// Preloaded into the milter: the first removal of a recipient never returns. All is committed then, and nothing
// answered; the test kills the milter there.
#include <unistd.h>

int smfi_delrcpt(void *context, char *recipient) {
    (void)context;
    (void)recipient;
    for (;;) pause();
}
