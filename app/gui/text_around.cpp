#include "app/gui/text_around.h"

#include <QRegularExpression>
#include <algorithm>

namespace salient {

namespace {
constexpr std::size_t kContextTokens = 12;  // on each side of the token in question
}  // namespace

QString textAround(const Tokenizer& tokenizer, std::span<const TokenId> window, std::size_t at) {
    const std::size_t first = at - std::min(at, kContextTokens);
    const std::size_t last = std::min(window.size(), at + kContextTokens + 1);
    // Decoded together and cut where the token begins and ends: tokens decoded alone lose the space they start with.
    const auto upTo = [&](std::size_t end) { return QString::fromStdString(tokenizer.decode(window.subspan(first, end - first), false)); };
    const QString before = upTo(at);
    const QString with_token = upTo(at + 1);
    const QString all = upTo(last);
    const bool is_cut_clean = with_token.startsWith(before) && all.startsWith(with_token);  // not inside a character of several tokens
    const QString token = is_cut_clean && with_token.size() > before.size() ? with_token.mid(before.size())
                                                                            : QString::fromStdString(tokenizer.displayText(window[at]));
    const QString after = is_cut_clean ? all.mid(with_token.size()) : QString();
    static const QRegularExpression kSpace(QStringLiteral("\\s+"));
    return QStringLiteral("…%1▸%2◂%3…").arg(before, token, after).replace(kSpace, QStringLiteral(" "));
}

}  // namespace salient
