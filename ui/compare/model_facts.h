#pragma once

#include <QWidget>

#include "study/compare.h"

class QFormLayout;

namespace mantissa::ui {

/// What is known about the loaded model, as name and value lines.
class ModelFacts final : public QWidget {
    Q_OBJECT

  public:
    explicit ModelFacts(QWidget* parent = nullptr);

    void setModel(const ModelPtr& model, const Preprocessing& preprocessing,
                  std::size_t outputs);  ///< outputs 0: not known yet

  private:
    void addRow(const QString& name, const QString& value, const QString& toolTip = {});
    QFormLayout* form_;
};

}  // namespace mantissa::ui
