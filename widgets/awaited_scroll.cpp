#include "widgets/awaited_scroll.h"

#include <QEvent>
#include <QScrollBar>
#include <QTimer>

namespace salient {

namespace {

constexpr const char* kAwaited = "awaited_scroll";

class AwaitedScroll : public QObject {
public:
    AwaitedScroll(QAbstractScrollArea& area, QScrollBar& bar, int value) : QObject(&bar), area_(area), bar_(bar), value_(value) {
        bar_.setProperty(kAwaited, value_);
        area_.installEventFilter(this);
        timer_.setSingleShot(true);
        timer_.setInterval(0);  // after what a view does by itself when its contents come, like showing the chosen row
        connect(&timer_, &QTimer::timeout, this, [this] { scroll(); });
        connect(&bar_, &QScrollBar::rangeChanged, this, [this] { timer_.start(); });
        connect(&bar_, &QScrollBar::actionTriggered, this, [this] { end(); });
        timer_.start();
    }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override {
        if (event->type() == QEvent::Show) timer_.start();
        return QObject::eventFilter(watched, event);
    }

private:
    void scroll() {
        const bool has_range = bar_.maximum() > bar_.minimum();
        if (!area_.isVisible() || !has_range || value_ > bar_.maximum()) return;
        bar_.setValue(value_);
        end();
    }

    void end() {
        timer_.stop();
        bar_.setProperty(kAwaited, QVariant());
        area_.removeEventFilter(this);
        disconnect(&bar_, nullptr, this, nullptr);
        deleteLater();
    }

    QAbstractScrollArea& area_;
    QScrollBar& bar_;
    int value_;
    QTimer timer_;
};

int valueOf(const QScrollBar& bar) {
    const QVariant awaited = bar.property(kAwaited);
    return awaited.isValid() ? awaited.toInt() : bar.value();
}

void await(QAbstractScrollArea& area, QScrollBar& bar, int value) {
    const QObjectList children = bar.children();
    for (QObject* child : children) {
        if (dynamic_cast<AwaitedScroll*>(child) != nullptr) delete child;  // an earlier wish
    }
    new AwaitedScroll(area, bar, value);
}

}  // namespace

QPoint scrolledTo(const QAbstractScrollArea& area) { return {valueOf(*area.horizontalScrollBar()), valueOf(*area.verticalScrollBar())}; }

void scrollLater(QAbstractScrollArea& area, QPoint place) {
    await(area, *area.horizontalScrollBar(), place.x());
    await(area, *area.verticalScrollBar(), place.y());
}

}  // namespace salient
