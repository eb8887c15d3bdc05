import { Boxes, Cpu, Layers, LayoutGrid, MonitorDot, Network, ScrollText, Users, type LucideIcon } from 'lucide-react';
import { pathTo } from '../../lib/path-builder.ts';
import type messages from '../../messages/en.json';

/** A page of administrators in the menu and the palette. */
export interface AdministrationPlace {
  /** Its text is under `administration.place` in the catalogue. */
  name: keyof (typeof messages)['administration']['place'];
  path: string;
  Icon: LucideIcon;
}

/** In the order of the menu; one line each. */
export const ADMINISTRATION: readonly AdministrationPlace[] = [
  { name: 'wallboard', path: pathTo.wallboard(), Icon: MonitorDot },
  { name: 'hosts', path: pathTo.hosts(), Icon: Cpu },
  { name: 'infrastructure', path: pathTo.zones(), Icon: Boxes },
  { name: 'networks', path: pathTo.networks(), Icon: Network },
  { name: 'catalogue', path: pathTo.offerings(), Icon: LayoutGrid },
  { name: 'allInstances', path: pathTo.allInstances(), Icon: Layers },
  { name: 'people', path: pathTo.accounts(), Icon: Users },
  { name: 'audit', path: pathTo.audit(), Icon: ScrollText },
];
