#include "widgets/method_text.h"

#include <QCoreApplication>
#include <algorithm>
#include <array>

namespace salient {

namespace {

struct Title {
    std::string_view name;
    const char* title;
};
constexpr std::array kTitles{
    Title{"rtn", "RTN"},
    Title{"gptq", "GPTQ"},
    Title{"awq", "AWQ"},
    Title{"smoothquant", "SmoothQuant"},
    Title{"awq+gptq", "AWQ + GPTQ"},
    Title{"smoothquant+gptq", "SmoothQuant + GPTQ"},
    Title{"w8a8", "RTN W8A8"},
};

class Words {
    Q_DECLARE_TR_FUNCTIONS(methodText)
};

}  // namespace

QString methodTitle(std::string_view method_name) {
    for (const Title& known : kTitles) {
        if (known.name == method_name) return QString::fromLatin1(known.title);
    }
    return QString::fromUtf8(method_name.data(), static_cast<qsizetype>(method_name.size()));
}

QString gridText(const MethodSpec& method) {
    const GridSpec& grid = method.grid;
    QStringList facts{grid.per_tensor       ? Words::tr("%1 bits per tensor").arg(grid.bits)
                      : grid.group_size < 0 ? Words::tr("%1 bits per row").arg(grid.bits)
                                            : Words::tr("%1 bits, groups of %2").arg(grid.bits).arg(grid.group_size)};
    facts << (grid.is_symmetric ? Words::tr("symmetric") : Words::tr("asymmetric"));
    if (method.activations == ActivationScale::PerToken) facts << Words::tr("int8 inputs per token");
    if (method.activations == ActivationScale::PerTensor) facts << Words::tr("int8 inputs per tensor");
    return facts.join(QStringLiteral(", "));
}

QString protocolTitle(PerplexityProtocol protocol) {
    switch (protocol) {
        case PerplexityProtocol::BosWindows:
            return Words::tr("BOS windows");
        case PerplexityProtocol::SecondHalf:
            return Words::tr("second half");
        case PerplexityProtocol::Stream:
            break;
    }
    return Words::tr("stream");
}

std::string suggestedRunName(const MethodSpec& method, std::span<const std::string> taken) {
    const QString title = methodTitle(methodName(method));
    const QString width =
        method.activations == ActivationScale::None ? QStringLiteral("%1-bit").arg(method.grid.bits) : QStringLiteral("W8A8");
    const std::string wanted = (title.contains(width) ? title : QStringLiteral("%1 %2").arg(title, width)).toStdString();
    std::string name = wanted;
    for (int n = 2; std::find(taken.begin(), taken.end(), name) != taken.end(); ++n) name = wanted + " (" + std::to_string(n) + ")";
    return name;
}

}  // namespace salient
