#include "widgets/text_width.h"

#include <QEvent>
#include <QWidget>
#include <functional>

namespace salient {

namespace {

class WidthKeeper : public QObject {
public:
    WidthKeeper(QWidget* widget, std::function<void()> fit) : QObject(widget), fit_(std::move(fit)) {
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

void keepWidth(QWidget* widget, int characters) {
    new WidthKeeper(widget, [widget, characters] { widget->setFixedWidth(characters * widget->fontMetrics().averageCharWidth()); });
}

void keepRoomFor(QWidget* widget, const QString& text) {
    new WidthKeeper(widget, [widget, text] { widget->setMinimumWidth(widget->fontMetrics().horizontalAdvance(text)); });
}

}  // namespace salient
