import { diagnosisDto } from '@nephos/contracts/doctor.schema';
import { permitted, router } from '../trpc.ts';

export const doctor = router({
  examine: permitted('doctor.examine')
    .output(diagnosisDto)
    .query(({ ctx }) => ctx.services.doctor.examine()),
});
