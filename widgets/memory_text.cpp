#include "widgets/memory_text.h"

#include <QCoreApplication>

#include "widgets/number_text.h"

namespace salient {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(memoryText)
};

}  // namespace

QString memoryText(std::int64_t needed_bytes, std::int64_t there_bytes, std::int64_t limit_bytes) {
    if (limit_bytes > 0 && needed_bytes > limit_bytes && limit_bytes < there_bytes) {
        return Words::tr(
                   "The whole recipe needs about %1 of memory, more than its limit of %2: fewer or shorter windows need less, and fewer "
                   "runs.")
            .arg(bytesText(needed_bytes), bytesText(limit_bytes));
    }
    const QString text = needed_bytes > there_bytes
                             ? Words::tr(
                                   "The whole recipe needs about %1 of memory, more than the %2 of this machine: fewer or shorter "
                                   "windows need less, and fewer runs.")
                             : Words::tr("The whole recipe needs about %1 of memory; this machine has %2.");
    return text.arg(bytesText(needed_bytes), bytesText(there_bytes));
}

}  // namespace salient
