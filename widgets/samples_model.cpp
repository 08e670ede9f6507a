#include "widgets/samples_model.h"

#include <algorithm>
#include <span>

#include "core/error.h"
#include "widgets/number_text.h"

namespace salient {

namespace {

constexpr Index kShownTokens = 48;  // enough to fill a line

/// The text of those tokens, or why there is none: a stranger's decoder may refuse.
QString decoded(const Tokenizer* tokenizer, std::span<const TokenId> ids) {
    if (tokenizer == nullptr) return {};
    try {
        return QString::fromStdString(tokenizer->decode(ids));
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
}

}  // namespace

SamplesModel::SamplesModel(QObject* parent) : QAbstractTableModel(parent) {}

void SamplesModel::setSamples(std::shared_ptr<const Samples> samples, std::shared_ptr<const Tokenizer> tokenizer) {
    beginResetModel();
    samples_ = std::move(samples);
    tokenizer_ = std::move(tokenizer);
    endResetModel();
}

QString SamplesModel::windowText(int row) const {
    if (!samples_ || row < 0 || row >= rowCount()) return {};
    return decoded(tokenizer_.get(), samples_->windows.window(row));
}

int SamplesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || !samples_ ? 0 : static_cast<int>(samples_->windows.count());
}

int SamplesModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

QVariant SamplesModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    if (role == Qt::TextAlignmentRole) {
        return QVariant((index.column() == Text ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) return {};
    const auto row = static_cast<std::size_t>(index.row());
    switch (index.column()) {
        case Number:
            return index.row() + 1;
        case Position:
            return row < samples_->first_token.size() ? QString::number(samples_->first_token[row]) : QString();
        case Tokens:
            return countText(samples_->windows.seq_len);
        case Text: {
            const auto window = samples_->windows.window(index.row());
            const auto shown = window.first(static_cast<std::size_t>(std::min<Index>(kShownTokens, samples_->windows.seq_len)));
            return decoded(tokenizer_.get(), shown).simplified();
        }
        default:
            return {};
    }
}

QVariant SamplesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole) return QVariant((section == Text ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && section == Position) return tr("Where the window starts in the text, in tokens");
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Number:
            return tr("#");
        case Position:
            return tr("Start");
        case Tokens:
            return tr("Tokens");
        case Text:
            return tr("Begins with");
        default:
            return {};
    }
}

}  // namespace salient
