#pragma once

#include <QWidget>
#include <map>

#include "widgets/lesson.h"

class QLabel;

namespace salient {

class NumberGrid;

/// The inputs of a small layer, tokens × channels. Choosing a channel tells its largest and mean size, the scale that AWQ gives it, and
/// what it adds to the error before and after; beside what introductions print, where the lesson quotes it.
class AwqExampleView : public QWidget {
    Q_OBJECT
public:
    explicit AwqExampleView(LessonChannels channels, QWidget* parent = nullptr);

    [[nodiscard]] Index channel() const noexcept { return channel_; }

public slots:
    void setChannel(salient::Index channel);  ///< bounded

private:
    void refresh();

    LessonChannels channels_;
    Index channel_ = 0;
    NumberGrid* input_;
    QLabel* title_;
    std::map<QString, std::pair<QLabel*, QLabel*>> cells_;  // figure → ours, published
    QLabel* published_title_;
};

}  // namespace salient
