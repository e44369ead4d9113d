#include "server/control/controlplane.h"

namespace provost::control {

ControlPlane::~ControlPlane() = default;

} // namespace provost::control
