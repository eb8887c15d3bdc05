/** Of the agent, as it tells it; packages carry the same. */
export const AGENT_VERSION = '0.1.0';
