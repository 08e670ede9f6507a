#pragma once

#include <QString>
#include <QWidget>

#include "widgets/colour_map.h"

namespace salient {

/// The legend of a heatmap: its colours with numbers beside them and the unit above.
class ColourBar : public QWidget {
    Q_OBJECT

public:
    explicit ColourBar(QWidget* parent = nullptr);
    void setScale(const ColourScale& scale);
    [[nodiscard]] const ColourScale& scale() const noexcept { return scale_; }
    void setUnit(const QString& unit);
    /// A short mark at that value, such as the one under the cursor; NaN: none.
    void setMark(float value);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Where the colours are, in widget coordinates.
    [[nodiscard]] QRect barRect() const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void describe();
    ColourScale scale_;
    QString unit_;
    float mark_;
};

}  // namespace salient
