import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsString, Length } from 'class-validator';

/** Workflows that one call may name. */
const MOST_WORKFLOWS = 20;
/** Records of one call. */
const MOST_RECORDS = 200;

/** `a,b` as names, each once; what is no text is left for the validator to refuse. */
function splitNames(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return [...new Set(value.split(',').map((name) => name.trim()))].filter((name) => name !== '');
}

const workflowWords = { message: `triggerWorkflows must be at most ${MOST_WORKFLOWS} keys, separated by commas` };
const idWords = { message: `ids must be at most ${MOST_RECORDS} ids of records, separated by commas` };

/** What a call that may start workflows takes. */
export class TriggerQuery {
  @ApiPropertyOptional({ type: String, description: 'keys of workflows, separated by commas' })
  @Transform(({ value }) => splitNames(value))
  @IsArray(workflowWords)
  @ArrayMaxSize(MOST_WORKFLOWS, workflowWords)
  @IsString({ each: true, ...workflowWords })
  @Length(1, 63, { each: true, ...workflowWords })
  triggerWorkflows: string[] = [];
}

/** As {@link TriggerQuery}, for several records. */
export class TriggerRecordsQuery extends TriggerQuery {
  @ApiPropertyOptional({ type: String, description: 'ids of records, separated by commas' })
  @Transform(({ value }) => splitNames(value))
  @IsArray(idWords)
  @ArrayMaxSize(MOST_RECORDS, idWords)
  @IsString({ each: true, ...idWords })
  @Length(1, 20, { each: true, ...idWords })
  ids: string[] = [];
}
