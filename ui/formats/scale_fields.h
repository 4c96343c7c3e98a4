#pragma once

#include <QTimer>
#include <QWidget>

namespace mantissa::ui {

class FormatsSession;
class ValueField;

/// Scale and zero point of INT8, for its row of the table. What is typed counts at once. In the scale Up and Down
/// double and halve it, in the zero point they count.
class ScaleFields final : public QWidget {
    Q_OBJECT

  public:
    explicit ScaleFields(FormatsSession& formats, QWidget* parent = nullptr);

    ValueField* scale() const { return scale_; }
    ValueField* zeroPoint() const { return zeroPoint_; }

  signals:
    void refused(const QString& why);  ///< empty: what is typed is understood again

  private:
    enum class Part { scale, zeroPoint };
    ValueField* makeField(Part part, const QString& name, const QString& toolTip, int width);
    void take(Part part, const QString& text);
    void step(Part part, int direction);
    void say(const QString& problem);
    void follow();

    FormatsSession& formats_;
    ValueField* scale_;
    ValueField* zeroPoint_;
    QTimer patience_;  ///< half-typed numbers are no errors yet
    QString problem_;
    int gesture_ = 0;      ///< typing until a field is left is one step of undo
    bool taking_ = false;  ///< the change that comes back is what is being typed
};

}  // namespace mantissa::ui
