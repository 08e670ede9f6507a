#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/recipe/run.h"

namespace salient {

/// What is known of every method, one row each; the original model is the first row where its perplexity or size is known. With a baseline
/// among the runs, the last columns hold how far each row is from it.
class MetricsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        Name,
        OutputError,
        Perplexity,
        PerplexityChange,
        MeanKl,
        SameTop,
        BitsPerWeight,
        Bytes,
        Seconds,
        DeltaOutputError,  ///< this and the next with a baseline only
        DeltaPerplexity,
        DeltaMeanKl,
        DeltaBytes,
        ColumnCount
    };
    static constexpr int kSortRole = Qt::UserRole;  ///< a number (or the name), for sorting; NaN where nothing is known

    explicit MetricsModel(QObject* parent = nullptr);
    void setResults(std::vector<std::shared_ptr<const RunResult>> runs, std::optional<PerplexityResult> full_precision,
                    std::int64_t original_bytes, double original_bits);
    /// What the others are compared with, by name: taken up when there is such a run, forgotten with an empty name.
    void setBaseline(const std::string& run);
    [[nodiscard]] bool hasBaseline() const { return baselineRow() >= 0; }
    /// The run of a row; null for the original.
    [[nodiscard]] std::shared_ptr<const RunResult> run(int row) const;
    /// How the perplexity of a row was measured.
    [[nodiscard]] QString protocolText(int row) const;
    /// The whole table as comma-separated lines, with every digit.
    [[nodiscard]] QString toCsv() const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    [[nodiscard]] int baselineRow() const { return rowOf(baseline_); }
    /// −1: no such run.
    [[nodiscard]] int rowOf(const std::string& run) const;
    [[nodiscard]] double number(int row, int column) const;
    [[nodiscard]] QString titleOf(int column) const;
    [[nodiscard]] QString tipOf(int column) const;
    [[nodiscard]] QString lossText(int row) const;
    [[nodiscard]] QString divergenceText(int row) const;

    std::vector<std::shared_ptr<const RunResult>> runs_;
    std::optional<PerplexityResult> full_precision_;
    std::int64_t original_bytes_ = 0;
    double original_bits_ = 0.0;
    std::string baseline_;
};

}  // namespace salient
