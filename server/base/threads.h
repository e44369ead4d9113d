// What a thread says about itself to the system.
// Thread: of the calling thread.
#pragma once

namespace provost {

// Other threads go first when there are more than processors (nice 10, for this thread alone). For threads that do more at a time
// the later they come, such as committers. Does nothing where the system refuses.
void letOthersGoFirst();

} // namespace provost
