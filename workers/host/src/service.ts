import { existsSync } from 'node:fs';
import { rename, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';

const UNIT = 'nephos-agent.service';
const UNITS = '/etc/systemd/system';
/** Where systemd is not what runs the machine, there is none (sd_booted(3)). */
const BOOTED_WITH_SYSTEMD = '/run/systemd/system';

/** The folder of an archive of the agent; undefined when this runs from the sources. */
export function installedFolder(program = import.meta.filename): string | undefined {
  const folder = path.join(path.dirname(program), '..');
  return existsSync(path.join(folder, 'bin', 'node')) ? folder : undefined;
}

/**
 * The agent as a service. `KillMode=process`: guests' and routers' daemons are children of the agent, and outlive it. A failed start is
 * repeated for ever: a control plane that is away for a night must find its hosts again.
 */
export function unitText(link: string, configFile: string): string {
  return `[Unit]
Description=Nephos: agent of this host
Wants=network-online.target
After=network-online.target libvirtd.service virtqemud.service
StartLimitIntervalSec=0

[Service]
ExecStart=${link}/bin/nephos-agent run
Environment=NEPHOS_AGENT_CONFIG=${configFile}
Restart=always
RestartSec=5
KillMode=process
TasksMax=infinity
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
`;
}

/** Points `nephos-agent` beside the folder to it: what is installed now. Replaced at once, never half. */
export async function pointTo(folder: string): Promise<string> {
  const link = path.join(path.dirname(folder), 'nephos-agent');
  await rm(`${link}.new`, { force: true });
  await symlink(path.basename(folder), `${link}.new`);
  await rename(`${link}.new`, link);
  return link;
}

/** Starts the agent now and at each boot. Returns how to start it by hand where systemd does not run. */
export async function startService(folder: string, configFile: string): Promise<{ isStarted: boolean; command: string }> {
  const link = await pointTo(folder);
  const command = `NEPHOS_AGENT_CONFIG=${configFile} ${link}/bin/nephos-agent run`;
  if (!existsSync(BOOTED_WITH_SYSTEMD)) return { isStarted: false, command };
  await writeFile(path.join(UNITS, UNIT), unitText(link, configFile));
  await execa('systemctl', ['daemon-reload']);
  await execa('systemctl', ['enable', UNIT]);
  await execa('systemctl', ['restart', UNIT]); // one that was there is another version, or another host
  return { isStarted: true, command: `systemctl status ${UNIT}` };
}
