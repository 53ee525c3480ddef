import type { LiveChatConfig } from '../../config/brand-schema.ts';

/** LiveChat's customers belong to an organization, and where groups are separated to one group of it. */
export function livechatLinkName({
  organization_id: organization,
  group_id: group,
}: Pick<LiveChatConfig, 'organization_id' | 'group_id'>): string {
  return group === undefined ? `livechat/${organization}` : `livechat/${organization}/${group}`;
}
