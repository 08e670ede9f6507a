#pragma once

#include <QAbstractTableModel>
#include <memory>

#include "core/calib/samples.h"

namespace salient {

/// The chosen calibration windows: number, position in the text, tokens, and how each begins. Text is decoded as rows are shown.
class SamplesModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Number, Position, Tokens, Text, ColumnCount };

    explicit SamplesModel(QObject* parent = nullptr);
    void setSamples(std::shared_ptr<const Samples> samples, std::shared_ptr<const Tokenizer> tokenizer);
    /// A whole window as text.
    [[nodiscard]] QString windowText(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    std::shared_ptr<const Samples> samples_;
    std::shared_ptr<const Tokenizer> tokenizer_;
};

}  // namespace salient
