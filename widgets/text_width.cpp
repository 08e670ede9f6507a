#include "widgets/text_width.h"

#include <QEvent>
#include <QWidget>
#include <utility>

namespace salient {

namespace {

class FontFollower : public QObject {
public:
    FontFollower(QWidget* widget, std::function<void()> fit) : QObject(widget), fit_(std::move(fit)) {
        widget->installEventFilter(this);
        fit_();
    }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::FontChange) fit_();
        return QObject::eventFilter(watched, event);
    }

private:
    std::function<void()> fit_;
};

}  // namespace

void followFont(QWidget* widget, std::function<void()> fit) { new FontFollower(widget, std::move(fit)); }

void keepWidth(QWidget* widget, int characters) {
    followFont(widget, [widget, characters] { widget->setFixedWidth(characters * widget->fontMetrics().averageCharWidth()); });
}

void keepLeastWidth(QWidget* widget, int characters) {
    followFont(widget, [widget, characters] { widget->setMinimumWidth(characters * widget->fontMetrics().averageCharWidth()); });
}

void keepRoomFor(QWidget* widget, const QString& text) {
    followFont(widget, [widget, text] { widget->setMinimumWidth(widget->fontMetrics().horizontalAdvance(text)); });
}

}  // namespace salient
